using System.IO.Compression;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Samples.Tests;

public sealed class SuperResolutionRunTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-super-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Execute_ColourPictures_MeasuresAndShowsThem()
    {
        DirectoryInfo images = folder.CreateSubdirectory("images");
        using (var pixels = randint(256, [24, 3, 4, 4], uint8, generator: new Generator(1)))
        {
            for (int i = 0; i < 24; i++)
            {
                using Tensor coarse = pixels.narrow(0, i, 1), whole = coarse.repeat_interleave(20, 2).repeat_interleave(20, 3);
                using Tensor one = whole[0];
                ImageFile.SavePng(Path.Combine(images.FullName, $"{i}.png"), one);
            }
        }

        (IReadOnlyDictionary<string, PictureMeasures> measures, string text) = Run(images);
        text.Should().Contain("21 pictures, 16×16 → 64×64").And.Contain("3 test pictures").And.Contain("patches");
        Check(measures);
    }

    [Fact]
    public void Execute_Clothes_MeasuresAndShowsThem()
    {
        Clothes("train", 1000);
        Clothes("t10k", 100);
        (IReadOnlyDictionary<string, PictureMeasures> measures, string text) = Run(null);
        text.Should().Contain("1,000 pictures, 7×7 → 28×28").And.Contain("3 test pictures").And.Contain("FID");
        Check(measures);
        // The same command again trains nothing.
        Run(null).Text.Should().Contain("Resuming after 2 steps").And.NotContain("step 2/2");
    }

    // Two steps teach nothing, but what is consistent is so under any network.
    private void Check(IReadOnlyDictionary<string, PictureMeasures> measures)
    {
        measures.Keys.Should().Equal("true pictures", "bicubic", "samples", "samples, consistent");
        measures["true pictures"].Should().BeEquivalentTo(
            new { Psnr = double.PositiveInfinity, Colour = 0.0, Block = 0.0 }, options => options.ExcludingMissingMembers());
        measures["samples, consistent"].Colour.Should().BeLessThan(0.5).And.BeLessThan(measures["samples"].Colour / 2);
        measures["samples, consistent"].Block.Should().BeLessThan(1).And.BeLessThan(measures["samples"].Block / 5);
        Output.GetFiles().Should().Contain(file => file.Name == "super-resolution.png" && file.Length > 1000);
        File.Exists(Path.Combine(Output.FullName, "model", "model_index.json")).Should().BeTrue();
    }

    private DirectoryInfo Output => new(Path.Combine(folder.FullName, "out"));

    private (IReadOnlyDictionary<string, PictureMeasures> Measures, string Text) Run(DirectoryInfo? images)
    {
        using var console = new StringWriter();
        var options = new SuperResolutionOptions(folder, images, Steps: 2, Samples: 3, Channels: 8, Seed: 1, Output);
        return (SuperResolutionRun.Execute(options, console, default), console.ToString());
    }

    private void Clothes(string part, int count)
    {
        var random = new Random(count);
        byte[] pixels = new byte[count * 28 * 28], labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 10);
            // A bright rectangle on black, as wide as its class.
            for (int y = 4; y < 24; y++) random.NextBytes(pixels.AsSpan((i * 28 + y) * 28 + 4, 10 + labels[i]));
        }

        byte[] size = [(byte)(count >> 8), (byte)count];
        Write($"{part}-images-idx3-ubyte.gz", [0, 0, 8, 3, 0, 0, .. size, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels]);
        Write($"{part}-labels-idx1-ubyte.gz", [0, 0, 8, 1, 0, 0, .. size, .. labels]);
    }

    private void Write(string name, byte[] content)
    {
        using var stream = new GZipStream(File.Create(Path.Combine(folder.FullName, name)), CompressionLevel.Fastest);
        stream.Write(content);
    }
}
