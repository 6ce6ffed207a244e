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

    /// <summary>Returns ln Φ(z), the logarithm of the standard normal distribution function.</summary>
    /// <param name="z">Where.</param>
    /// <returns>ln Φ(z) in the shape of <paramref name="z"/>; a fresh tensor.</returns>
    public static Tensor LogCdf(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = NewDisposeScope();
        // Each form is given only arguments at which it, and its gradient, are finite.
        Tensor tail = z.AtMost(Tail), middle = z.Clamp(Tail, 0), positive = z.AtLeast(0);
        Tensor square = tail.Square(), series = ones_like(z);
        for (int k = Terms; k >= 1; k--) series = (series.Times(2 * k - 1) / square).Complement();
        Tensor asymptotic = (series.log() - square.Times(0.5) - (-tail).log()).Minus(0.5 * Math.Log(2 * Math.PI));
        Tensor left = middle.Times(-Math.Sqrt(0.5)).erfc().Times(0.5).log();
        Tensor right = positive.Times(Math.Sqrt(0.5)).erfc().Times(-0.5).log1p();
        return where(z.LessThan(Tail), asymptotic, where(z.LessThan(0), left, right)).MoveToOuterDisposeScope();
    }

    internal override Tensor LogLikelihoodCore(Tensor x0, Tensor mean, Tensor logVariance)
    {
        Tensor centered = x0 - mean, inverse = logVariance.Times(-0.5).exp();
        Tensor upper = inverse * centered.Plus(PixelBins.HalfWidth), lower = inverse * centered.Minus(PixelBins.HalfWidth);
        // By symmetry the bin is moved to the lower tail, where the difference of two nearly equal numbers near 1 does not arise.
        Tensor flip = centered.GreaterThan(0);
        Tensor logUpper = LogCdf(where(flip, -lower, upper)), logLower = LogCdf(where(flip, -upper, lower));
        Tensor between = logUpper.Plus((-(logLower - logUpper).expm1()).log());
        return PixelBins.Choose(x0, LogCdf(upper), LogCdf(-lower), between);
    }
}
