namespace Ddpm.Core;

/// <summary>
/// How much noise annealed Langevin dynamics leaves at each level, in the variance 1-ᾱ_t of that level, where the data is one point: no
/// data spreads less (Song and Ermon 2020, arXiv:2006.09011, proposition 2).
/// </summary>
/// <param name="coefficients">The tables of the process.</param>
/// <param name="ratio">r of δ = 2 α_t r² (1-ᾱ_t).</param>
internal sealed class AnnealingStability(DiffusionCoefficients coefficients, double ratio)
{
    // Noise of √2 times its level's scale: the network still knows such x_t.
    private const double Most = 2;

    /// <summary>
    /// Returns the fewest steps per level that leave no level with too much noise; null if <paramref name="most"/> are too few.
    /// </summary>
    /// <param name="most">The most steps that may be taken.</param>
    public int? LeastSteps(int most)
    {
        if (LargestVariance(most) > Most) return null;
        int enough = most, tooFew = 0;
        while (enough - tooFew > 1)
        {
            int middle = tooFew + ((enough - tooFew) / 2);
            if (LargestVariance(middle) > Most) tooFew = middle;
            else enough = middle;
        }

        return enough;
    }

    /// <summary>Returns the largest variance of the noise over the levels, after the steps at each.</summary>
    /// <param name="steps">The steps at each level.</param>
    public double LargestVariance(int steps)
    {
        double variance = 1, largest = 1;
        for (int t = coefficients.Timesteps - 1; t >= 0; t--)
        {
            // x/√ᾱ passes unchanged, and with it its noise, to a level of less.
            if (t + 1 < coefficients.Timesteps) variance *= SquaredSigma(t + 1) / SquaredSigma(t);
            // x ← (1 - a) x + √(2a(1-ᾱ)) z tends to the variance 1/(1 - a/2).
            double a = Math.Min(2 * coefficients.Alphas[t] * ratio * ratio, 1), limit = 1 / (1 - (a / 2));
            variance = limit + ((variance - limit) * Math.Pow(1 - a, 2.0 * steps));
            largest = Math.Max(largest, variance);
        }

        return largest;
    }

    private double SquaredSigma(int t) => (1 - coefficients.AlphaBars[t]) / coefficients.AlphaBars[t];
}
