using System.Globalization;
using System.IO.Compression;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>
/// 1,797 real handwritten digits of 8×8 pixels, embedded in this program. Optical Recognition of Handwritten Digits, E. Alpaydin and C.
/// Kaynak, UCI Machine Learning Repository, CC BY 4.0.
/// </summary>
internal static class Digits
{
    public const int Size = 8;
    private const int Pixels = Size * Size;
    private const int LargestShade = 16;

    public static ImageDataset Load()
    {
        using Stream resource = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var pixels = new List<byte>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            // 64 shades of 0 … 16, then the label, which an unconditional model has no use for.
            pixels.AddRange(
                line.Split(',').Take(Pixels)
                    .Select(field => (byte)Math.Round(double.Parse(field, CultureInfo.InvariantCulture) * 255 / LargestShade)));
        }

        using Tensor images = tensor(pixels.ToArray(), uint8);
        using Tensor shaped = images.reshape(-1, 1, Size, Size);
        return new ImageDataset(shaped);
    }
}
