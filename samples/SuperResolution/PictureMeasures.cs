using System.Globalization;
using static TorchSharp.torch;

namespace Ddpm.Samples;

/// <summary>How near pictures come to real ones.</summary>
/// <param name="Distance">Their Fréchet distance.</param>
/// <param name="Psnr">The peak signal-to-noise ratio to the true pictures in dB, the mean over pictures; infinite for these.</param>
/// <param name="Colour">
/// The error of a picture's mean colour to the true one's in 1/255: its magnitude, the mean over pictures and channels.
/// </param>
/// <param name="Block">The same for the mean of each 4×4 block: the error of the small picture.</param>
internal sealed record PictureMeasures(double Distance, double Psnr, double Colour, double Block)
{
    /// <summary>Measures pictures against the true ones, both uint8 [N, C, H, W].</summary>
    public static PictureMeasures Of(PictureFeatures features, Tensor pictures, Tensor truth, int factor)
    {
        using var scope = NewDisposeScope();
        Tensor error = pictures.to(float64) - truth.to(float64);
        Tensor psnr = 10 * (255 * 255 / error.square().mean([1, 2, 3])).log10();
        return new PictureMeasures(
            features.Distance(pictures),
            psnr.mean().item<double>(),
            error.mean([2, 3]).abs().mean().item<double>(),
            nn.functional.avg_pool2d(error, factor).abs().mean().item<double>());
    }

    public static string Header(string distance) => $"{"",-36}{distance,10}{"PSNR dB",10}{"colour",10}{"block",10}";

    public string Row(string name)
    {
        string psnr = double.IsFinite(Psnr) ? Psnr.ToString("F2", CultureInfo.InvariantCulture) : "–";
        return string.Create(CultureInfo.InvariantCulture, $"{name,-36}{Distance,10:F4}{psnr,10}{Colour,10:F3}{Block,10:F3}");
    }
}
