using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The discretised Gaussian decoder of Ho et al. 2020 (arXiv:2006.11239, eq. 13) as the authors compute it: the normal distribution function is
/// ½(1 + tanh(√(2/π)(x + 0.044715 x³))), off by up to 3e-4, and no probability is less than 1e-12.
/// </summary>
public sealed class DiscretizedGaussianDecoder : Decoder
{
    private const double Floor = 1e-12;

    internal DiscretizedGaussianDecoder()
    {
    }

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
        Tensor centered = x0 - mean, inverse = (-0.5 * logVariance).exp();
        Tensor upper = ApproximateCdf(inverse * (centered + PixelBins.HalfWidth));
        Tensor lower = ApproximateCdf(inverse * (centered - PixelBins.HalfWidth));
        return PixelBins.Choose(x0, upper.clamp(min: Floor).log(), (1 - lower).clamp(min: Floor).log(), (upper - lower).clamp(min: Floor).log());
    }
}
