using SkiaSharp;

namespace Ddpm.Imaging.Tests;

/// <summary>Files that state more than they should cost, and shapes that scaling must not make large.</summary>
public sealed class ImageLimitsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-limits-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Decode_JpegThatStatesMorePixelsThanAllowed_IsRefusedWithSizeLimitAndSetting()
    {
        byte[] file = Jpeg(16, 16);
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        // 12,124 = 0x2F5C in both directions.
        (file[frame + 5], file[frame + 6], file[frame + 7], file[frame + 8]) = (0x2F, 0x5C, 0x2F, 0x5C);
        Refused("bomb.jpg", file, "*bomb.jpg states 12,124×12,124 = 146,991,376 pixels, but ImageLoadOptions.MaxPixels allows 67,108,864.");
        Refused("bomb.jpg", file, "*bomb.jpg is damaged: it ends before the image does.", 146_991_376);
    }

    [Fact]
    public void Decode_PngOfFiveHundredMegapixels_IsRefusedAtAnySize()
    {
        // Rows of zeros are a thousandth when they are compressed; the last one would do as well.
        byte[] file = Png.Encode(23_000, 23_000, 1, Png.Gray, _ => new byte[2875], rows: 100);
        Refused("bomb.png", file, "*bomb.png states 23,000×23,000 = 529,000,000 pixels, but ImageLoadOptions.MaxPixels allows 67,108,864.");
        Write("small.png", Png.Encode(40, 20, 8, Png.Gray, _ => new byte[40]));
        FluentActions.Invoking(() => Decode("small.png", new ImageLoadOptions { MaxPixels = 799 })).Should().Throw<InvalidDataException>();
        Decode("small.png", new ImageLoadOptions { MaxPixels = 800 }).Width.Should().Be(40);
    }

    [Theory]
    [InlineData(1, 60_000)]
    [InlineData(60_000, 1)]
    [InlineData(3, 50_000)]
    public void Decode_ThinImage_IsCutBeforeItIsScaled(int width, int height)
    {
        // The middle is bright.
        Write("thin.png", Png.Encode(width, height, 8, Png.Gray, y =>
            [.. Enumerable.Range(0, width).Select(x => Math.Abs(2 * Math.Max(x, y) - 60_000) < 20_000 ? (byte)200 : (byte)10)]));
        DecodedImage decoded = Decode("thin.png", new ImageLoadOptions { Size = (256, 256), Grayscale = true });
        (decoded.Height, decoded.Width).Should().Be((256, 256));
        decoded.Pixels.ToArray().Should().OnlyContain(value => value == 200);
        Decode("thin.png", new ImageLoadOptions { Size = (16, 16), Fit = ImageFit.Stretch }).Width.Should().Be(16);
    }

    [Fact]
    public void Decode_FileTooLongForItsPixels_PipeOrDevice_IsRefusedBeforeItIsRead()
    {
        using (FileStream sparse = File.Create(At("long.png"))) sparse.SetLength(1L << 30);
        FluentActions.Invoking(() => Decode("long.png", new ImageLoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage("*long.png must have at most 603,979,776 bytes, as ImageLoadOptions.MaxPixels of 67,108,864 allows*");
        Refused("empty.png", [], "*is empty*");
        if (OperatingSystem.IsWindows()) return;
        FluentActions.Invoking(() => ImageFile.Decode("/dev/zero", new ImageLoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage("/dev/zero must be a regular file*");
    }

    [Fact]
    public void Options_OutOfRange_NameTheirSetting()
    {
        Write("x.png", Png.Encode(2, 2, 8, Png.Gray, _ => [0, 0]));
        var large = new ImageLoadOptions { Size = (100_000, 100_000) };
        FluentActions.Invoking(() => Decode("x.png", large)).Should().Throw<ArgumentException>()
            .WithMessage("ImageLoadOptions.Size must be at most 67108864 pixels (ImageLoadOptions.MaxPixels), but is 100000×100000.*");
        FluentActions.Invoking(() => Decode("x.png", new ImageLoadOptions { MaxPixels = 0 })).Should().Throw<ArgumentException>()
            .WithMessage("ImageLoadOptions.MaxPixels must be 1 … 536870911, but is 0.*");
    }

    private static byte[] Jpeg(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    private void Refused(string name, byte[] file, string message, int? maxPixels = null)
    {
        Write(name, file);
        var options = new ImageLoadOptions { MaxPixels = maxPixels ?? ImageLoadOptions.DefaultMaxPixels };
        foreach ((int, int)? size in new (int, int)?[] { null, (32, 32) })
        {
            FluentActions.Invoking(() => Decode(name, options with { Size = size })).Should().Throw<InvalidDataException>()
                .WithMessage(message);
        }
    }

    private DecodedImage Decode(string name, ImageLoadOptions options) => ImageFile.Decode(At(name), options);

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(At(name), bytes);

    private string At(string name) => Path.Combine(folder.FullName, name);
}
