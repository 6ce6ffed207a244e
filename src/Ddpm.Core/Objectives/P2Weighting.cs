namespace Ddpm.Core;

/// <summary>
/// 1/(k + SNR)^γ for ε, which moves weight from imperceptible detail to content (Choi et al. 2022, arXiv:2204.00227, eq. 8);
/// SNR/(k + SNR)^γ for x̂_0.
/// </summary>
internal sealed class P2Weighting : LossWeighting
{
    internal P2Weighting(double gamma, double k)
    {
        Gamma = Require.NotNegative(gamma);
        K = Require.Positive(k);
    }

    /// <summary>Gets γ, how strongly weight is moved.</summary>
    public double Gamma { get; }

    /// <summary>Gets k, which bounds the weights.</summary>
    public double K { get; }

    internal override double X0Weight(ReverseDiffusion process, int t)
    {
        double ratio = process.Coefficients.SignalToNoiseRatios[t];
        return ratio / Math.Pow(K + ratio, Gamma);
    }

    /// <summary>Returns a text that names the weighting and its settings.</summary>
    public override string ToString() => FormattableString.Invariant($"P2 {Gamma}, {K}");
}
