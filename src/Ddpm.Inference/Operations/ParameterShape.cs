using System.Collections.Immutable;

namespace Ddpm.Inference;

/// <summary>A weight of a described network, before it has numbers.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Shape">Its shape: [out, in, …] for products, [C] for norms and biases.</param>
/// <param name="Start">How training begins with it.</param>
/// <param name="Scale">The variance of what a layer gives, as a share of what it takes, where the numbers are drawn uniformly.</param>
internal sealed record ParameterShape(string Name, ImmutableArray<long> Shape, ParameterStart Start, double Scale = 1)
{
    /// <summary>Gets how many numbers.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => checked(product * size));
}
