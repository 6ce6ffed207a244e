using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Holds the timesteps of a batch and their weights.</summary>
/// <param name="Timesteps">The timestep of each example. Range: 0 ≤ t &lt; T.</param>
/// <param name="Weights">The weight 1/(T p_t) of each example's loss, which makes the mean equal to that of uniform timesteps.</param>
public sealed record TimestepDraw(ImmutableArray<long> Timesteps, ImmutableArray<double> Weights)
{
    internal static TimestepDraw Unweighted(IEnumerable<long> timesteps)
    {
        ImmutableArray<long> drawn = [.. timesteps];
        return new TimestepDraw(drawn, [.. drawn.Select(_ => 1.0)]);
    }
}
