using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>
/// Normal pictures to learn from, and what is scored: normal ones, other classes, defects. All are float32 [N, 1, 28, 28] in [-1, 1]. The
/// tensors belong to the caller's scope.
/// </summary>
internal sealed class AnomalySets
{
    public const int Sneaker = 7;

    // Test pictures that get defects, others than the normal ones; and pictures of each other class.
    private const int MostDefects = 100, MostOthers = 50;

    /// <summary>Reads and draws all sets.</summary>
    /// <param name="options">The class, the number of pictures, the seed and the folder.</param>
    public AnomalySets(AnomalyOptions options)
    {
        using FashionMnist clothes = FashionMnist.Load(options.Data.FullName, halved: false, trainImages: 60_000, testImages: 10_000);
        Training = OfClass(clothes.Train, options.Class);
        Tensor test = OfClass(clothes.Test, options.Class);
        Normal = test.narrow(0, 0, options.Pictures);
        Tensor intact = test.narrow(0, options.Pictures, Math.Min(options.Pictures, MostDefects));
        string[] names = [.. KnownClassNames.FashionMnist];
        Others =
        [
            .. from label in Enumerable.Range(0, names.Length)
               where label != options.Class
               select (names[label], OfClass(clothes.Test, label).narrow(0, 0, Math.Min(options.Pictures, MostOthers))),
        ];
        Defects = [.. Defect.All.Select(defect => Damaged(defect, intact, options.Seed))];
    }

    /// <summary>Normal pictures to learn from.</summary>
    public Tensor Training { get; }

    /// <summary>Normal pictures of the test set.</summary>
    public Tensor Normal { get; }

    /// <summary>Test pictures of each other class.</summary>
    public IReadOnlyList<(string Name, Tensor Pictures)> Others { get; }

    /// <summary>Further normal test pictures with a defect of each kind, and where it is: bool in the same shape.</summary>
    public IReadOnlyList<(string Name, Tensor Pictures, Tensor Where)> Defects { get; }

    private static Tensor OfClass(ImageDataset images, long label)
    {
        using Tensor labels = images.ImageLabels()!, all = images.Images(), places = labels.eq(label).nonzero().flatten();
        using Tensor pixels = all.index_select(0, places);
        return PixelConversion.FromBytes(pixels);
    }

    private static (string Name, Tensor Pictures, Tensor Where) Damaged(Defect defect, Tensor intact, long seed)
    {
        int width = (int)intact.size(3), each = (int)(intact.size(2) * intact.size(3));
        float[] pixels = intact.contiguous().data<float>().ToArray();
        var where = new List<bool>(pixels.Length);
        for (int picture = 0; picture < intact.size(0); picture++)
        {
            where.AddRange(defect.Draw(pixels.AsSpan(picture * each, each), width, picture, seed));
        }

        return (defect.Name, tensor(pixels).reshape(intact.shape), tensor(where.ToArray()).reshape(intact.shape));
    }
}
