using Ddpm.Tests;
using SkiaSharp;

namespace Ddpm.Imaging.Tests;

/// <summary>
/// Changed images give pixels within the limit or say by name what is wrong with them; nothing else may happen, and not late.
/// DDPM_FUZZ_COUNT sets the number of mutations of each file.
/// </summary>
public sealed class ImageFuzzTests : IDisposable
{
    private const int Default = 100, MaxPixels = 1 << 18;

    // Of a PNG whose check sums are those of the changed bytes: without them the decoder reads none of them.
    private const string Repaired = "repaired-";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-image-fuzz-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Names()
    {
        string goldens = Path.Combine(AppContext.BaseDirectory, "Goldens");
        return
        [
            .. Directory.GetFiles(goldens, "*.jpg").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
            "gray.png", "deep.png", "colour.png", Repaired + "gray.png", Repaired + "deep.png", Repaired + "colour.png",
            "x.webp", "lossless.webp", "x.gif", "x.bmp", "x.ico",
        ];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_ChangedBytes_GivesPixelsWithinTheLimitOrSaysWhatIsWrong(string name)
    {
        byte[] whole = Whole(name);
        string path = Path.Combine(folder.FullName, name);
        int count = Mutations.Count(Default);
        var run = new FuzzRun(name, path);
        var random = new Random(20);
        for (int turn = 0; turn < count; turn++)
        {
            bool cut = random.Next(3) == 0;
            byte[] changed = [.. cut ? whole[..random.Next(1, whole.Length + 1)] : whole];
            for (int k = random.Next(cut ? 0 : 1, 5); k > 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (name.StartsWith(Repaired, StringComparison.Ordinal)) Png.Repair(changed);
            File.WriteAllBytes(path, changed);
            run.Try(changed, () => FuzzRun.Refusal(() =>
            {
                DecodedImage image = ImageFile.Decode(path, new ImageLoadOptions { MaxPixels = MaxPixels });
                ((long)image.Height * image.Width).Should().BeInRange(1, MaxPixels);
            }));
        }

        run.Require(leastRefused: 0);
    }

    private static byte[] Whole(string name)
    {
        using var bitmap = new SKBitmap(24, 20);
        for (int i = 0; i < 480; i++) bitmap.SetPixel(i % 24, i / 24, new SKColor((byte)(i * 37), (byte)(i * 11), (byte)i));
        using SKPixmap pixels = bitmap.PeekPixels();
        byte[] png = Png.Encode(24, 20, 8, Png.Colour, y => [.. Enumerable.Range(0, 72).Select(i => (byte)(i * y))]);
        return name.Replace(Repaired, "", StringComparison.Ordinal) switch
        {
            "gray.png" => Png.Encode(24, 20, 1, Png.Gray, y => [(byte)y, 0x55, 0xF0]),
            "deep.png" => Png.Encode(24, 20, 16, Png.Gray, y => [.. Enumerable.Range(0, 48).Select(i => (byte)(i * y))]),
            "colour.png" => png,
            "x.webp" => pixels.Encode(SKEncodedImageFormat.Webp, 80)!.ToArray(),
            "lossless.webp" => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!.ToArray(),
            "x.gif" =>
            [
                .. "GIF89a"u8, 4, 0, 1, 0, 0x80, 0, 0, 200, 10, 30, 0, 0, 0, 0x2C, 0, 0, 0, 0, 4, 0, 1, 0, 0, 2, 3, 0x44, 0x34, 5, 0, 0x3B,
            ],
            "x.bmp" =>
            [
                .. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0,
                .. new byte[16], .. Enumerable.Range(0, 16).Select(i => (byte)(i * 9)),
            ],
            "x.ico" => [0, 0, 1, 0, 1, 0, 24, 20, 0, 0, 1, 0, 24, 0, (byte)png.Length, (byte)(png.Length >> 8), 0, 0, 22, 0, 0, 0, .. png],
            _ => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", name)),
        };
    }
}
