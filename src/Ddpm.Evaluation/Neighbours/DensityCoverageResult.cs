namespace Ddpm.Evaluation;

/// <summary>Holds density and coverage of generated samples.</summary>
/// <param name="Density">
/// The number of balls of real points that contain a generated point, over k; about 1 for equal distributions, more where samples crowd.
/// Range: ≥ 0.
/// </param>
/// <param name="Coverage">The share of real points whose ball contains a generated point. Range: 0 … 1.</param>
public sealed record DensityCoverageResult(double Density, double Coverage);
