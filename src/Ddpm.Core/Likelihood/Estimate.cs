namespace Ddpm.Core;

/// <summary>A mean over examples and how uncertain it is.</summary>
/// <param name="Mean">The mean over examples and draws of noise.</param>
/// <param name="StandardError">
/// The standard error over examples, each with its noise: how far another set of as many examples may lie. NaN for a single example.
/// </param>
/// <param name="NoiseStandardError">
/// The part of it that comes from the noise alone: how far the same examples with other noise may lie. NaN for a single draw.
/// </param>
public readonly record struct Estimate(double Mean, double StandardError, double NoiseStandardError);
