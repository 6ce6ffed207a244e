namespace Ddpm.Core;

/// <summary>
/// β_t²/(2σ_t² α_t (1-ᾱ_t)) for ε (Ho et al. 2020, arXiv:2006.11239, eq. 12), and what is the same for the other predictions: 1/(2σ_t²)
/// times the square of the mean's change with the output (eq. 8). At t = 0, where the paper has a decoder instead, the same formula with
/// the process's σ_0² for a likelihood.
/// </summary>
internal sealed class VariationalWeighting : LossWeighting
{
    internal override double X0Weight(ReverseDiffusion process, int t)
    {
        if (process.Options.Variance.IsLearned)
        {
            throw new ArgumentException($"process must have a fixed variance for {nameof(VariationalWeighting)}, but has " +
                $"{process.Options.Variance.GetType().Name}; use {nameof(VariationalObjective)}.", nameof(process));
        }

        double meanWeight = process.Coefficients.PosteriorMeanX0Weights[t];
        return meanWeight * meanWeight / (2 * Math.Exp(process.LogVariance(t)));
    }

    /// <summary>Returns the name of the weighting.</summary>
    public override string ToString() => "variational weights";
}
