namespace Ddpm.Core;

/// <summary>
/// min(SNR, γ) for x̂_0, so that steps with little noise do not dominate (Hang et al. 2023, arXiv:2303.09556): min(SNR, γ)/SNR for ε,
/// min(SNR, γ)/(SNR + 1) for v.
/// </summary>
/// <remarks>With ε-prediction the first timestep weighs about γ/9999 only: bits/dim suffer, for much of the bound lies there.</remarks>
internal sealed class MinSnrWeighting : LossWeighting
{
    internal MinSnrWeighting(double gamma) => Gamma = Require.Positive(gamma);

    /// <summary>Gets γ, the largest weight.</summary>
    public double Gamma { get; }

    internal override double X0Weight(ReverseDiffusion process, int t) => Math.Min(process.Coefficients.SignalToNoiseRatios[t], Gamma);

    /// <summary>Returns a text that names the weighting and its settings.</summary>
    public override string ToString() => FormattableString.Invariant($"min-SNR {Gamma}");
}
