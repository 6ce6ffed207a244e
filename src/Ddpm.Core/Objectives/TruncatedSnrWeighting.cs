namespace Ddpm.Core;

/// <summary>
/// max(SNR, γ) for x̂_0, so that the noisiest steps keep a weight (Salimans and Ho 2022, arXiv:2202.00512, sec. 4, where γ = 1):
/// max(SNR, γ)/(SNR + 1) for v, and L_simple for ε wherever SNR ≥ γ.
/// </summary>
internal sealed class TruncatedSnrWeighting : LossWeighting
{
    internal TruncatedSnrWeighting(double gamma) => Gamma = Require.Positive(gamma);

    /// <summary>Gets γ, the smallest weight.</summary>
    public double Gamma { get; }

    internal override double X0Weight(ReverseDiffusion process, int t) => Math.Max(process.Coefficients.SignalToNoiseRatios[t], Gamma);

    /// <summary>Returns a text that names the weighting and its settings.</summary>
    public override string ToString() => FormattableString.Invariant($"truncated SNR {Gamma}");
}
