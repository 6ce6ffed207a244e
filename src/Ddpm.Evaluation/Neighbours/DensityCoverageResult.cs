namespace Ddpm.Evaluation;

/// <summary>Density and coverage of generated samples.</summary>
/// <param name="Density">
/// How many balls of real points a generated one lies in, over k; about 1 for equal distributions, more where the samples crowd. Range:
/// ≥ 0.
/// </param>
/// <param name="Coverage">The share of real points in whose ball a generated one lies. Range: 0 … 1.</param>
public sealed record DensityCoverageResult(double Density, double Coverage);
