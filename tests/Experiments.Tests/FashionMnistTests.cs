using System.IO.Compression;
using static TorchSharp.torch;

namespace Ddpm.Experiments.Tests;

public sealed class FashionMnistTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-fashion-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Load_Halved_GivesTheRoundedMeanOfEach2By2()
    {
        var random = new Random(1);
        byte[] pixels = new byte[3 * 28 * 28];
        random.NextBytes(pixels);
        foreach (string part in new[] { "train", "t10k" })
        {
            Write($"{part}-images-idx3-ubyte.gz", [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels]);
            Write($"{part}-labels-idx1-ubyte.gz", [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4]);
        }

        using FashionMnist data = FashionMnist.Load(folder.FullName, halved: true, trainImages: 2, testImages: 3);
        (data.Train.Count, data.Test.Count, data.Size).Should().Be((2, 3, 14));
        using Tensor images = data.Train.Images();
        images.shape.Should().Equal(2, 1, 14, 14);
        for (int image = 0; image < 2; image++)
        {
            for (int y = 0; y < 14; y++)
            {
                for (int x = 0; x < 14; x++)
                {
                    int At(int row, int column) => pixels[(((image * 28) + (2 * y) + row) * 28) + (2 * x) + column];
                    double mean = (At(0, 0) + At(0, 1) + At(1, 0) + At(1, 1)) / 4.0;
                    images[image, 0, y, x].item<byte>().Should().Be((byte)Math.Round(mean, MidpointRounding.ToEven));
                }
            }
        }

        using Tensor labels = data.Test.ImageLabels()!;
        labels.data<long>().Should().Equal(9, 0, 4);
    }

    [Fact]
    public void Load_WithoutTheFiles_SaysWhereTheyComeFrom() =>
        FluentActions.Invoking(() => FashionMnist.Load(folder.FullName, halved: false, 1, 1)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage("*train-images-idx3-ubyte.gz is not there*dataset-fashion-mnist*");

    private void Write(string name, byte[] content)
    {
        using FileStream file = File.Create(Path.Combine(folder.FullName, name));
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        packed.Write(content);
    }
}
