using SkiaSharp;
using static TorchSharp.torch;

namespace Ddpm.Imaging.Tests;

public sealed class ImageDecoderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-decode-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(8, 4, 2)] // halved exactly: means of 2×2
    [InlineData(16, 4, 4)]
    public void Decode_WholeFraction_IsTheMeanOfTheBlocks(int from, int to, int block)
    {
        using Tensor image = randint(256, [3, from, from], uint8, generator: new Generator(1));
        ImageFile.SavePng(At("x.png"), image);
        using Tensor small = ImageFile.Load(At("x.png"), new ImageLoadOptions { Size = (to, to) });
        using Tensor means = nn.functional.avg_pool2d(image.to(float32), block);
        // Each halving rounds to a byte.
        small.to(float32).sub(means).abs().max().item<float>().Should().BeLessThanOrEqualTo(1.01f * block / 2);
    }

    [Theory]
    [InlineData(ImageFit.CentreCrop)]
    [InlineData(ImageFit.Stretch)]
    public void Decode_OtherProportions_CropsTheMiddleOrStretches(ImageFit fit)
    {
        // Left half dark, right half bright, three times as wide as high.
        using Tensor image = zeros([1, 6, 18], uint8);
        image.narrow(2, 9, 9).fill_(200);
        ImageFile.SavePng(At("x.png"), image);
        DecodedImage decoded = ImageFile.Decode(At("x.png"), new ImageLoadOptions { Size = (6, 6), Grayscale = true, Fit = fit });
        (decoded.Channels, decoded.Height, decoded.Width).Should().Be((1, 6, 6));
        decoded.Pixels.Span[0].Should().BeLessThan(30);
        decoded.Pixels.Span[5].Should().BeGreaterThan(170);
        if (fit == ImageFit.CentreCrop) decoded.Pixels.Span[..6].ToArray().Should().Equal(0, 0, 0, 200, 200, 200);
        ImageFile.Decode(At("x.png"), new ImageLoadOptions { Size = (5, 40) }).Width.Should().Be(40);
        FluentActions.Invoking(() => ImageFile.Decode(At("x.png"), new ImageLoadOptions { Size = (0, 4) }))
            .Should().Throw<ArgumentException>().WithMessage("*at least 1×1, but is 0×4*");
    }

    [Theory]
    [InlineData("x.png", 100)]
    [InlineData("x.jpg", 90)]
    public void Decode_FileThatEndsTooEarly_IsRefused(string name, int quality)
    {
        using var bitmap = new SKBitmap(100, 100);
        for (int i = 0; i < 10000; i++) bitmap.SetPixel(i % 100, i / 100, new SKColor((byte)(i * 37), (byte)(i * 11), (byte)i));
        bool png = name.EndsWith("png", StringComparison.Ordinal);
        using SKData data = bitmap.Encode(png ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, quality);
        byte[] whole = data.ToArray();
        File.WriteAllBytes(At(name), whole);
        ImageFile.Decode(At(name), new ImageLoadOptions()).Height.Should().Be(100);
        File.WriteAllBytes(At(name), whole[..(whole.Length * 2 / 3)]);
        FluentActions.Invoking(() => ImageFile.Decode(At(name), new ImageLoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage($"*{name} is damaged: it ends before the image does*");
    }

    [Fact]
    public void Decode_TransparentPixels_KeepTheColourBeneathOrAreDrawnOverTheBackground()
    {
        // Red, hidden; green, half; blue, opaque.
        byte[] row = [200, 10, 20, 0, 0, 100, 0, 128, 1, 2, 3, 255];
        string path = Path.Combine(folder.FullName, "colour.png");
        File.WriteAllBytes(path, Png.Encode(3, 1, 8, Png.ColourWithOpacity, _ => row));
        Pixels(new ImageLoadOptions()).Should().Equal(200, 0, 1, 10, 100, 2, 20, 0, 3);
        Pixels(new ImageLoadOptions { Background = (255, 255, 255) }).Should().Equal(255, 127, 1, 255, 177, 2, 255, 127, 3);
        Pixels(new ImageLoadOptions { Background = (10, 20, 31) }).Should().Equal(10, 5, 1, 20, 60, 2, 31, 15, 3);
        // Luma of what is seen: 0.299·127 + 0.587·177 + 0.114·127 = 156.35.
        Pixels(new ImageLoadOptions { Background = (255, 255, 255), Grayscale = true }).Should().Equal(255, 156, 2);
        // Colours meet before the image is resized: the hidden red does not bleed.
        Pixels(new ImageLoadOptions { Background = (0, 0, 0), Size = (1, 1), Fit = ImageFit.Stretch })[0].Should().BeLessThan(5);
        ImageFile.Decode(path, ImageLoadOptions.Default).IsTransparent.Should().BeTrue();

        byte[] Pixels(ImageLoadOptions options) => ImageFile.Decode(path, options).Pixels.ToArray();
    }

    [Fact]
    public void Decode_GrayWithOpacity_IsDrawnOverTheBackground()
    {
        string path = Path.Combine(folder.FullName, "gray.png");
        File.WriteAllBytes(path, Png.Encode(2, 1, 8, Png.GrayWithOpacity, _ => [0, 51, 90, 255]));
        DecodedImage image = ImageFile.Decode(path, new ImageLoadOptions { Background = (255, 0, 0) });
        image.Pixels.ToArray().Should().Equal(204, 90, 0, 90, 0, 90);
        image.IsTransparent.Should().BeTrue();
    }

    [Fact]
    public void Decode_OpaqueImage_IsTheSameOverAnyBackground()
    {
        string path = Path.Combine(folder.FullName, "opaque.png");
        File.WriteAllBytes(path, Png.Encode(2, 1, 8, Png.ColourWithOpacity, _ => [9, 8, 7, 255, 6, 5, 4, 255]));
        DecodedImage image = ImageFile.Decode(path, new ImageLoadOptions { Background = (255, 0, 255) });
        image.Pixels.ToArray().Should().Equal(9, 6, 8, 5, 7, 4);
        image.IsTransparent.Should().BeFalse();
    }

    [Fact]
    public void Decode_JpegTurnedByTheCamera_IsUpright()
    {
        // 16×8, the left half bright; with EXIF orientation 6 it is to be turned clockwise: the upper half is bright.
        using var bitmap = new SKBitmap(16, 8);
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 16; x++) bitmap.SetPixel(x, y, x < 8 ? SKColors.White : SKColors.Black);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        byte[] plain = data.ToArray();
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0,
            0];
        File.WriteAllBytes(At("x.jpg"), [.. plain[..2], .. exif, .. plain[2..]]);
        DecodedImage decoded = ImageFile.Decode(At("x.jpg"), new ImageLoadOptions { Grayscale = true });
        (decoded.Height, decoded.Width).Should().Be((16, 8));
        decoded.Pixels.Span[4].Should().BeGreaterThan(240);
        decoded.Pixels.Span[15 * 8 + 4].Should().BeLessThan(15);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
