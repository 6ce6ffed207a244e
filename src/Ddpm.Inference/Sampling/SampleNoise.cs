namespace Ddpm.Inference;

/// <summary>Names the noise of one sample: what a run of the seed draws for its sample of that number.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Number">The number of the sample. Range: ≥ 0.</param>
public readonly record struct SampleNoise(long Seed, long Number);
