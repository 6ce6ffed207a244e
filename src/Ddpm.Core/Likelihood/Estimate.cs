namespace Ddpm.Core;

/// <summary>Holds a mean over examples and its uncertainty.</summary>
/// <param name="Mean">The mean over examples and draws of noise.</param>
/// <param name="StandardError">
/// The standard error over examples, each with its noise: how much the mean may differ for another set of the same size. NaN for a single
/// example.
/// </param>
/// <param name="NoiseStandardError">
/// The part of the standard error that comes from the noise alone: how much the mean may differ for other noise with the same examples. NaN
/// for a single draw.
/// </param>
public readonly record struct Estimate(double Mean, double StandardError, double NoiseStandardError);
