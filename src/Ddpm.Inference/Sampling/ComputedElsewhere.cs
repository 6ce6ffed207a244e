using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>What samplers ask of the description of a network that an <see cref="ISpanNetwork"/> computes.</summary>
/// <param name="network">The network.</param>
internal sealed class ComputedElsewhere(ISpanNetwork network) : INetworkDescription
{
    public int SpatialDimensions => network.SpatialDimensions;

    public int InChannels => network.InChannels;

    public int ClassCount => network.ClassCount;

    public ClassNames? ClassNames => network.ClassNames;

    public bool HasNullLabel => network.HasNullLabel;

    public IReadOnlyList<NetworkCondition> Conditions => network.Conditions;

    public Feature Describe(NetworkBuilder net) =>
        throw new NotSupportedException($"The layers of {network.GetType().Name} are not described: it computes the network itself.");
}
