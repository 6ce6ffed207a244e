using System.Collections.Immutable;

namespace Ddpm.Inference;

/// <summary>Holds finished samples.</summary>
/// <param name="Indices">The number of each sample.</param>
/// <param name="Samples">The samples, [B, …], one after the other.</param>
public sealed record InferenceBatch(ImmutableArray<long> Indices, ReadOnlyMemory<float> Samples);
