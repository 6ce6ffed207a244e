using System.Collections.Immutable;

namespace Ddpm.Inference;

/// <summary>Holds one weight of a network in memory.</summary>
/// <param name="Name">The name in the state dict, such as "conv_in.weight".</param>
/// <param name="Shape">The shape, such as [128, 3, 3, 3].</param>
/// <param name="Numbers">The numbers, the last axis fastest; as many as the shape needs.</param>
public sealed record NamedWeight(string Name, ImmutableArray<long> Shape, ReadOnlyMemory<float> Numbers);
