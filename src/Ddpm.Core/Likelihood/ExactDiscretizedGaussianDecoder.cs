using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The discretised Gaussian decoder of Ho et al. 2020 (arXiv:2006.11239, eq. 13) with the exact normal distribution function, computed from its
/// logarithm, so that it stays accurate, and has gradients, however unlikely a pixel is.
/// </summary>
public sealed class ExactDiscretizedGaussianDecoder : Decoder
{
    internal ExactDiscretizedGaussianDecoder()
    {
    }

    /// <summary>ln Φ(z), the logarithm of the standard normal distribution function.</summary>
    /// <param name="z">Where.</param>
    /// <returns>ln Φ(z) in the shape of <paramref name="z"/>; a fresh tensor.</returns>
    public static Tensor LogCdf(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = NewDisposeScope();
        // Each form is given only arguments at which it, and its gradient, are finite.
        Tensor negative = z.clamp(max: 0), positive = z.clamp(min: 0);
        Tensor tail = (0.5 * special.erfcx(negative * -Math.Sqrt(0.5))).log() - 0.5 * negative.square();
        Tensor rest = (-0.5 * (positive * Math.Sqrt(0.5)).erfc()).log1p();
        return where(z < 0, tail, rest).MoveToOuterDisposeScope();
    }

    internal override Tensor LogLikelihoodCore(Tensor x0, Tensor mean, Tensor logVariance)
    {
        Tensor centered = x0 - mean, inverse = (-0.5 * logVariance).exp();
        Tensor upper = inverse * (centered + PixelBins.HalfWidth), lower = inverse * (centered - PixelBins.HalfWidth);
        // By symmetry the bin is moved to the lower tail, where the difference of two nearly equal numbers near 1 does not arise.
        Tensor flip = centered > 0;
        Tensor logUpper = LogCdf(where(flip, -lower, upper)), logLower = LogCdf(where(flip, -upper, lower));
        Tensor between = logUpper + (-(logLower - logUpper).expm1()).log();
        return PixelBins.Choose(x0, LogCdf(upper), LogCdf(-lower), between);
    }
}
