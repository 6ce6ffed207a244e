using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Samples;

/// <summary>Pictures to train on, and others to measure. Owns them.</summary>
/// <param name="Train">The pictures that are trained on.</param>
/// <param name="Test">The others, uint8 [N, C, H, W].</param>
/// <param name="Mirrored">Whether a mirrored picture is one of its kind too.</param>
/// <param name="Picks">The test pictures to show, by their numbers.</param>
internal sealed record PictureSet(ImageDataset Train, Tensor Test, bool Mirrored, IReadOnlyList<long> Picks) : IDisposable
{
    private const int Side = 64, Every = 8, Shown = 10, ClothesBatch = 16, ColourBatch = 4;

    public int BatchSize => Mirrored ? ColourBatch : ClothesBatch;

    public static PictureSet Load(SuperResolutionOptions options) =>
        options.Images is { } folder ? Colour(folder, options.Samples) : Clothes(options);

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    private static PictureSet Clothes(SuperResolutionOptions options)
    {
        // A short run, to see that it works, takes few.
        int count = options.Steps < 100 ? 1000 : 60_000;
        FashionMnist data = FashionMnist.Load(options.Data.FullName, halved: false, count, 10_000);
        using (data.Test)
        {
            using Tensor labels = data.Test.ImageLabels()!;
            // The first of each class.
            List<long> all = [.. labels.narrow(0, 0, Math.Min(options.Samples, labels.size(0))).data<long>()];
            long[] picks = [.. all.Distinct().Order().Select(label => (long)all.IndexOf(label))];
            return new PictureSet(data.Train, data.FirstOfTest(options.Samples), false, picks);
        }
    }

    private static PictureSet Colour(DirectoryInfo folder, int samples)
    {
        var options = new ImageFolderOptions
        {
            Load = new ImageLoadOptions { Size = (Side, Side), Background = (255, 255, 255) },
            Damaged = DamagedImages.Skip,
        };
        using var scope = NewDisposeScope();
        using ImageDataset all = new ImageFolder(folder.FullName, options).ToMemory();
        if (all.Count < 2 * Every)
        {
            throw new IOException($"--images: {folder} must have at least {2 * Every} pictures, but has {all.Count}.");
        }

        Tensor pixels = all.Images();
        long[] numbers = [.. Enumerable.Range(0, all.Count).Select(i => (long)i)];
        Tensor test = pixels.index_select(0, tensor([.. numbers.Where(i => i % Every == 0).Take(samples)]));
        long count = test.size(0), shown = Math.Min(Shown, count);
        var train = new ImageDataset(pixels.index_select(0, tensor([.. numbers.Where(i => i % Every != 0)])));
        return new PictureSet(train, test.MoveToOuterDisposeScope(), true, [.. numbers[..(int)shown].Select(i => i * count / shown)]);
    }
}
