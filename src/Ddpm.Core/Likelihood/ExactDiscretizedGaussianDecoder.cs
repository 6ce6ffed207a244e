using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The discretised Gaussian decoder of Ho et al. 2020 (arXiv:2006.11239, eq. 13) with the exact normal distribution function, computed from
/// its logarithm, so that it stays accurate, and has gradients, however unlikely a pixel is.
/// </summary>
internal sealed class ExactDiscretizedGaussianDecoder : Decoder
{
    // Below, where float32 would underflow, the asymptotic series; at -12 its first neglected term is 1e-16.
    private const double Tail = -12;
    private const int Terms = 14;

    /// <summary>ln Φ(z), the logarithm of the standard normal distribution function.</summary>
    /// <param name="z">Where.</param>
    /// <returns>ln Φ(z) in the shape of <paramref name="z"/>; a fresh tensor.</returns>
    public static Tensor LogCdf(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = NewDisposeScope();
        // Each form is given only arguments at which it, and its gradient, are finite.
        Tensor tail = z.clamp(max: Tail), middle = z.clamp(Tail, 0), positive = z.clamp(min: 0);
        Tensor square = tail.square(), series = ones_like(z);
        for (int k = Terms; k >= 1; k--) series = 1 - series * (2 * k - 1) / square;
        Tensor asymptotic = series.log() - 0.5 * square - (-tail).log() - 0.5 * Math.Log(2 * Math.PI);
        Tensor left = (0.5 * (middle * -Math.Sqrt(0.5)).erfc()).log();
        Tensor right = (-0.5 * (positive * Math.Sqrt(0.5)).erfc()).log1p();
        return where(z < Tail, asymptotic, where(z < 0, left, right)).MoveToOuterDisposeScope();
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
