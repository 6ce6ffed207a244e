using System.Buffers.Binary;
using System.IO.Compression;
using Ddpm.Tests;

namespace Ddpm.Hosting.Tests;

/// <summary>Pictures that requests bring.</summary>
public sealed class PictureTests
{
    private static readonly byte[] Half = [.. Enumerable.Range(0, 64).Select(i => (byte)(i % 8 < 4 ? 255 : 0))];

    [Fact]
    public async Task Sample_FromAPicture_IsTheSamplersImageToImage()
    {
        byte[] pixels = [.. Enumerable.Range(0, 192).Select(i => (byte)(i * 5))];
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(channels: 3));
        GeneratedImages images = await host.Service.SampleAsync(
            new SampleRequest { Sampler = "ddim", Steps = 10, Count = 2, Seed = 5, Image = Png(pixels, 3), Strength = 0.3 });

        using InferenceModel model = TinyModels.UNet(channels: 3);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 10 });
        var x0 = new float[192];
        for (int i = 0; i < 192; i++) x0[(i % 3 * 64) + (i / 3)] = (pixels[i] / 127.5f) - 1;
        images.Values.ToArray().Should().Equal(
            sampler.Sample(new InferenceRequest { Count = 2, Seed = 5, Start = InferenceStart.AtStrength(x0, 0.3) }));
    }

    [Fact]
    public async Task Sample_Mask_KeepsWhatIsBlackAndDrawsWhatIsWhite()
    {
        byte[] pixels = [.. Enumerable.Range(0, 64).Select(i => (byte)(3 * i))];
        await using TestHost host = TestHost.Of(() => TinyModels.UNet());
        GeneratedImages images = await host.Service.SampleAsync(
            new SampleRequest { Count = 2, Seed = 1, Steps = 20, Image = Png(pixels, 1), Mask = Png(Half, 1), Resamples = 2 });
        for (int k = 0; k < 2; k++)
        {
            byte[] drawn = images.PixelsOf(k).ToArray();
            Enumerable.Range(0, 64).Where(i => Half[i] == 0).Should().OnlyContain(i => drawn[i] == pixels[i]);
            Enumerable.Range(0, 64).Count(i => Half[i] == 255 && drawn[i] != pixels[i]).Should().BeGreaterThan(8);
        }
    }

    [Fact]
    public async Task Sample_BetweenTwoSeeds_BeginsAndEndsWithTheirPictures()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet());
        var request = new SampleRequest { Sampler = "ddim", Steps = 5, Seed = 11 };
        GeneratedImages path = await host.Service.SampleAsync(request with { Count = 5, ToSeed = 12 });
        float[] Picture(int k) => path.Values.Slice(k * 64, 64).ToArray();
        float[] first = (await host.Service.SampleAsync(request)).Values.ToArray();
        float[] last = (await host.Service.SampleAsync(request with { Seed = 12 })).Values.ToArray();
        Picture(0).Zip(first).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
        Picture(4).Zip(last).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
        Picture(2).Should().NotEqual(Picture(0)).And.NotEqual(Picture(4));
        (await host.Service.SampleAsync(request with { Count = 3, ToSeed = 11 })).Values.Slice(64, 64).ToArray()
            .Zip(first).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4, "one seed to itself stays");
    }

    [Fact]
    public async Task Sample_BetweenTwoPictures_MixesTheirNoisyForms()
    {
        byte[] dark = new byte[64], light = [.. Enumerable.Repeat((byte)255, 64)];
        await using TestHost host = TestHost.Of(() => TinyModels.UNet());
        var request = new SampleRequest { Sampler = "ddim", Steps = 10, Seed = 4, Count = 3, Strength = 0.1, Image = Png(dark, 1) };
        GeneratedImages path = await host.Service.SampleAsync(request with { ToImage = Png(light, 1) });
        float[] alone = (await host.Service.SampleAsync(request with { Count = 1 })).Values.ToArray();
        path.Values[..64].ToArray().Zip(alone).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
        double Mean(int k) => path.Values.Slice(k * 64, 64).ToArray().Average();
        Mean(0).Should().BeLessThan(Mean(1));
        Mean(1).Should().BeLessThan(Mean(2));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 2, 3)]
    [InlineData(2, 6, 4)]
    [InlineData(3, 4, 2)]
    [InlineData(4, 6, 4)]
    public void Png_EveryFilterAndKind_IsRead(byte filter, byte kind, int samples)
    {
        var random = new Random(filter);
        var pixels = new byte[5 * 3 * samples];
        random.NextBytes(pixels);
        if (samples is 2 or 4)
        {
            for (int i = samples - 1; i < pixels.Length; i += samples) pixels[i] = 255;
        }

        byte[] read = PngDecoder.Read(Encode(pixels, 5, 3, samples, kind, filter), 5, 3, 3);
        for (int i = 0; i < 15; i++)
        {
            for (int c = 0; c < 3; c++) read[(3 * i) + c].Should().Be(pixels[(samples * i) + (samples >= 3 ? c : 0)]);
        }
    }

    [Fact]
    public void Png_ChangedAtRandom_IsReadOrRefusedInALine()
    {
        var run = new FuzzRun("png", "");
        byte[] good = Png(Half, 1);
        foreach (byte[] changed in Mutations.Of(good, Mutations.Count(500), seed: 3))
        {
            run.Try(changed, () => FuzzRun.Refusal(() => PngDecoder.Read(changed, 8, 8, 1)));
        }

        run.Require(leastRefused: 0.2);
    }

    internal static byte[] Png(byte[] pixels, int channels, int width = 8, int height = 8) =>
        PngFile.Of(pixels, width, height, channels);

    // Every row with one filter.
    private static byte[] Encode(byte[] pixels, int width, int height, int samples, byte kind, byte filter)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            int row = width * samples;
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(filter);
                for (int x = 0; x < row; x++)
                {
                    int a = x >= samples ? pixels[(y * row) + x - samples] : 0, b = y > 0 ? pixels[((y - 1) * row) + x] : 0;
                    int c = x >= samples && y > 0 ? pixels[((y - 1) * row) + x - samples] : 0, p = a + b - c;
                    int paeth = Math.Abs(p - a) <= Math.Abs(p - b) && Math.Abs(p - a) <= Math.Abs(p - c) ? a
                        : Math.Abs(p - b) <= Math.Abs(p - c) ? b : c;
                    int guess = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth };
                    zlib.WriteByte((byte)(pixels[(y * row) + x] - guess));
                }
            }
        }

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, kind);
        void Chunk(string name, byte[] bytes)
        {
            byte[] number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
            file.Write([.. number, .. name.Select(letter => (byte)letter), .. bytes, 0, 0, 0, 0]);
        }

        Chunk("IHDR", header);
        Chunk("tEXt", [1, 2, 3]);
        Chunk("IDAT", data.ToArray());
        Chunk("IEND", []);
        return file.ToArray();
    }
}
