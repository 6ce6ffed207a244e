using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Tells whether a network's weights have changed: <see cref="TensorVersions"/>.</summary>
internal sealed class WeightVersions
{
    private readonly Tensor[] weights;
    private long seen;

    public WeightVersions(nn.Module network)
    {
        weights = [.. network.parameters()];
        seen = TensorVersions.Total(weights);
    }

    /// <summary>Returns whether a weight has changed since the last call.</summary>
    public bool HaveChanged()
    {
        long total = TensorVersions.Total(weights);
        bool changed = total != seen;
        seen = total;
        return changed;
    }
}
