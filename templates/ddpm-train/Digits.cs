using System.Globalization;
using System.IO.Compression;
using Ddpm.Data;
using TorchSharp;

namespace DdpmTrain;

/// <summary>
/// 1,797 handwritten digits of 8×8 pixels. Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning
/// Repository, CC BY 4.0.
/// </summary>
internal static class Digits
{
    /// <summary>Reads the digits that are embedded in the program.</summary>
    public static ImageDataset Load()
    {
        using Stream resource = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var pixels = new List<byte>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            // 64 shades of 0 … 16, then the label.
            pixels.AddRange(line.Split(',').Take(64).Select(Shade));
        }

        using torch.Tensor flat = torch.tensor(pixels.ToArray(), torch.uint8);
        using torch.Tensor images = flat.reshape(-1, 1, 8, 8);
        return new ImageDataset(images);
    }

    private static byte Shade(string text) => (byte)Math.Round(double.Parse(text, CultureInfo.InvariantCulture) * 255 / 16);
}
