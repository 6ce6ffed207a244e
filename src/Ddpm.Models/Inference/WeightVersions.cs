using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Tells whether a network's weights have changed: <see cref="TensorVersions"/>.</summary>
internal sealed class WeightVersions
{
    private readonly TensorVersions versions;
    private long seen;

    public WeightVersions(nn.Module network)
    {
        versions = new TensorVersions([.. network.parameters()]);
        seen = versions.Total();
    }

    /// <summary>Returns whether a weight has changed since the last call.</summary>
    public bool HaveChanged()
    {
        long total = versions.Total();
        bool changed = total != seen;
        seen = total;
        return changed;
    }
}
