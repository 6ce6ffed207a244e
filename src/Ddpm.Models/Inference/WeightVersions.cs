using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Tells whether a network's weights have changed: libtorch counts the changes of every tensor in place, by an optimiser,
/// a moving average that is swapped in or a file that is loaded.
/// </summary>
internal sealed class WeightVersions
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def total(tensors: List[Tensor]):
            changes = 0
            for tensor in tensors:
                changes += torch._version(tensor)
            return changes

        """);

    private readonly Tensor[] weights;
    private long seen;

    public WeightVersions(nn.Module network)
    {
        weights = [.. network.parameters()];
        seen = Total();
    }

    /// <summary>Returns whether a weight has changed since the last call.</summary>
    public bool HaveChanged()
    {
        long total = Total();
        bool changed = total != seen;
        seen = total;
        return changed;
    }

    private long Total()
    {
        using var total = (Scalar)Script.invoke("total", (object)weights);
        return total.ToInt64();
    }
}
