using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The Kullback–Leibler divergence of normal distributions with diagonal covariance, which the bound's terms are (Ho et al. 2020,
/// arXiv:2006.11239, eq. 5).
/// </summary>
internal static class GaussianDivergence
{
    /// <summary>Returns KL(N(mean, exp logVariance) ‖ N(otherMean, exp otherLogVariance)), element by element.</summary>
    /// <param name="mean">The mean of the first.</param>
    /// <param name="logVariance">The log variance of the first.</param>
    /// <param name="otherMean">The mean of the second.</param>
    /// <param name="otherLogVariance">The log variance of the second.</param>
    /// <returns>The divergence in nats, in the shape that the arguments broadcast to; a fresh tensor.</returns>
    public static Tensor Nats(Tensor mean, Tensor logVariance, Tensor otherMean, Tensor otherLogVariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logVariance);
        ArgumentNullException.ThrowIfNull(otherMean);
        ArgumentNullException.ThrowIfNull(otherLogVariance);
        using var scope = NewDisposeScope();
        // e^r - 1 - r, which is r²/2 when the variances are nearly equal: without expm1 it would be rounding error there.
        Tensor logRatio = logVariance - otherLogVariance;
        Tensor variances = logRatio.expm1() - logRatio;
        return variances.Plus((mean - otherMean).Square() * (-otherLogVariance).exp()).Times(0.5).MoveToOuterDisposeScope();
    }
}
