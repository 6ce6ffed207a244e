using SkiaSharp;

namespace Ddpm.Imaging.Tests;

/// <summary>The formats that are read beside PNG and JPEG, and bits beyond eight.</summary>
public sealed class ImageFormatTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-formats-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string, byte[]> Files()
    {
        byte[] gif =
            [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 200, 10, 30, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        byte[] secondFrame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0];
        byte[] bmp =
        [
            .. "BM"u8, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 4, 0, 0, 0,
            .. new byte[16], 30, 10, 200, 0,
        ];
        byte[] png = Png.Encode(1, 1, 8, Png.Colour, _ => [200, 10, 30]);
        using var bitmap = new SKBitmap(1, 1);
        bitmap.SetPixel(0, 0, new SKColor(200, 10, 30));
        using SKData webp = Lossless(bitmap);
        return new TheoryData<string, byte[]>
        {
            { "x.gif", [.. gif, 0x3B] },
            { "animated.gif", [.. gif, .. secondFrame, 0x3B] },
            { "x.bmp", bmp },
            { "x.ico", [0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 24, 0, (byte)png.Length, 0, 0, 0, 22, 0, 0, 0, .. png] },
            { "x.webp", webp.ToArray() },
            { "named-otherwise.jpg", png },
        };
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_EachFormat_GivesItsPixels(string name, byte[] file)
    {
        File.WriteAllBytes(At(name), file);
        DecodedImage image = ImageFile.Decode(At(name), new ImageLoadOptions());
        (image.Height, image.Width, image.BitsPerChannel).Should().Be((1, 1, 8));
        image.Pixels.ToArray().Should().Equal(200, 10, 30);
        ImageFile.Extensions.Should().Contain(Path.GetExtension(name));
        File.WriteAllBytes(At(name), file[..(file.Length / 3)]);
        FluentActions.Invoking(() => ImageFile.Decode(At(name), new ImageLoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage($"*{name} is *");
    }

    [Fact]
    public void Decode_SixteenBits_KeepsTheirRangeInTheUpperEight()
    {
        int[] shades = [0, 255, 256, 0x1280, 0x7FFF, 0x8000, 0xFE80, 0xFFFF];
        File.WriteAllBytes(
            At("deep.png"),
            Png.Encode(8, 1, 16, Png.Gray, _ => [.. shades.SelectMany(shade => new[] { (byte)(shade >> 8), (byte)shade })]));
        DecodedImage image = ImageFile.Decode(At("deep.png"), new ImageLoadOptions { Grayscale = true });
        image.BitsPerChannel.Should().Be(16);
        image.Pixels.ToArray().Should().Equal(shades.Select(shade => (byte)(shade >> 8)));
        File.WriteAllBytes(
            At("colour.png"), Png.Encode(1, 1, 16, Png.Colour, _ => [0xFF, 0xFF, 0x12, 0x80, 0x00, 0x01]));
        ImageFile.Decode(At("colour.png"), new ImageLoadOptions()).Pixels.ToArray().Should().Equal(255, 0x12, 0);
    }

    private static SKData Lossless(SKBitmap bitmap)
    {
        using SKPixmap pixels = bitmap.PeekPixels();
        return pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!;
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
