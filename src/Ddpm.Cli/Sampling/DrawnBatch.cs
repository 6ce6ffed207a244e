using System.Collections.Immutable;

namespace Ddpm.Cli.Sampling;

/// <summary>Samples that were drawn together.</summary>
/// <param name="Indices">The number of each.</param>
/// <param name="Samples">x_0, one after the other.</param>
/// <param name="Noise">x_T, one after the other; empty where it was not asked for, or was given.</param>
internal readonly record struct DrawnBatch(ImmutableArray<long> Indices, ReadOnlyMemory<float> Samples, ReadOnlyMemory<float> Noise);
