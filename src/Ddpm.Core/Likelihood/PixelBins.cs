using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The 256 bins of pixel values in [-1, 1], open at both ends (Ho et al. 2020, arXiv:2006.11239, eq. 13).</summary>
internal static class PixelBins
{
    /// <summary>Half the distance of two pixel values.</summary>
    public const double HalfWidth = 1.0 / 255;

    // Between the outermost value, 1, and the next, 1 - 2/255, as the authors have it: rounding of x_0 does not matter.
    private const double Edge = 0.999;

    /// <summary>Picks the form for each element: the lowest bin reaches to -∞, the highest to ∞.</summary>
    public static Tensor Choose(Tensor x0, Tensor below, Tensor above, Tensor between) =>
        where(x0.LessThan(-Edge), below, where(x0.GreaterThan(Edge), above, between));
}
