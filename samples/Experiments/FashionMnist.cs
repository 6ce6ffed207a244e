using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 training and 10,000 test pictures of clothes, 28×28, ten classes. Owns its
/// data sets.
/// </summary>
internal sealed class FashionMnist : IDisposable
{
    private FashionMnist(ImageDataset train, ImageDataset test) => (Train, Test) = (train, test);

    public ImageDataset Train { get; }

    public ImageDataset Test { get; }

    public int Size => (int)Train.Shape[1];

    /// <summary>Reads the first pictures of both sets, or all where there are fewer.</summary>
    /// <param name="folder">The folder with the four IDX files.</param>
    /// <param name="halved">Whether each 2×2 pixels become their mean, rounded to a byte: 14×14.</param>
    /// <param name="trainImages">How many of the training set.</param>
    /// <param name="testImages">How many of the test set.</param>
    /// <exception cref="DirectoryNotFoundException">The files are not there.</exception>
    public static FashionMnist Load(string folder, bool halved, int trainImages, int testImages) =>
        new(Read(folder, "train", halved, trainImages), Read(folder, "t10k", halved, testImages));

    /// <summary>The first pictures of the test set, uint8 [count, 1, H, W], or all where there are fewer; a fresh tensor.</summary>
    public Tensor FirstOfTest(int count)
    {
        using Tensor all = Test.Images();
        return all.narrow(0, 0, Math.Min(count, all.size(0))).clone();
    }

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    private static ImageDataset Read(string folder, string part, bool halved, int count)
    {
        string images = Path.Combine(folder, $"{part}-images-idx3-ubyte.gz");
        if (!File.Exists(images))
        {
            throw new DirectoryNotFoundException(
                $"--data: {images} is not there. Debian's package dataset-fashion-mnist has the files, in "
                    + "/usr/share/datasets/fashion-mnist.");
        }

        using var scope = NewDisposeScope();
        using ImageDataset all = IdxFile.Images(images, Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"));
        count = Math.Min(count, all.Count);
        Tensor pixels = all.Images().narrow(0, 0, count);
        if (halved) pixels = nn.functional.avg_pool2d(pixels.to(float32), 2).round().to(uint8);
        return new ImageDataset(pixels, all.ImageLabels()!.narrow(0, 0, count), all.ClassCount);
    }
}
