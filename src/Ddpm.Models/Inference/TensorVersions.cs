using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Counts changes of tensors in place, as libtorch does for each: by an optimiser, a moving average that is swapped in or a file that is
/// loaded.
/// </summary>
internal static class TensorVersions
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def total(tensors: List[Tensor]):
            changes = 0
            for tensor in tensors:
                if not torch.is_inference(tensor):
                    changes += torch._version(tensor)
            return changes

        """);

    /// <summary>Returns how many changes all have had. Those made in inference mode do not count theirs.</summary>
    public static long Total(Tensor[] tensors)
    {
        using var total = (Scalar)Script.invoke("total", (object)tensors);
        return total.ToInt64();
    }
}
