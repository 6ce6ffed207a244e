using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The discretised Gaussian decoder of Ho et al. 2020 (arXiv:2006.11239, eq. 13) as the authors compute it: the normal distribution
/// function is ½(1 + tanh(√(2/π)(x + 0.044715 x³))), off by up to 3e-4, and no probability is less than 1e-12.
/// </summary>
internal sealed class DiscretizedGaussianDecoder : Decoder
{
    private const double Floor = 1e-12;

    /// <summary>The approximation of the standard normal distribution function.</summary>
    /// <param name="x">Where.</param>
    /// <returns>Φ(x), approximately, in the shape of <paramref name="x"/>; a fresh tensor.</returns>
    public static Tensor ApproximateCdf(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        return (0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh())).MoveToOuterDisposeScope();
    }

    internal override Tensor LogLikelihoodCore(Tensor x0, Tensor mean, Tensor logVariance)
    {
        // In float64 whatever the network's type: the difference of two nearly equal numbers in float32 costs some models 4 % of their
        // bits/dim.
        Tensor exact = x0.to(float64), centered = exact - mean.to(float64), inverse = (-0.5 * logVariance.to(float64)).exp();
        Tensor upper = ApproximateCdf(inverse * (centered + PixelBins.HalfWidth));
        Tensor lower = ApproximateCdf(inverse * (centered - PixelBins.HalfWidth));
        return PixelBins.Choose(exact, upper.clamp(min: Floor).log(), (1 - lower).clamp(min: Floor).log(),
            (upper - lower).clamp(min: Floor).log()).to(x0.dtype);
    }
}
