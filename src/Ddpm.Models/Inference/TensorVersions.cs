using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Counts changes of tensors in place, as libtorch does for each: by an optimiser, a moving average that is swapped in or a file that is
/// loaded.
/// </summary>
internal sealed class TensorVersions(Tensor[] tensors)
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def all(tensors: List[Tensor]):
            changes = 0
            for tensor in tensors:
                changes += torch._version(tensor)
            return changes

        def counted(tensors: List[Tensor]):
            changes = 0
            for tensor in tensors:
                if not torch.is_inference(tensor):
                    changes += torch._version(tensor)
            return changes

        """);

    // To ask each tensor whether its changes are counted takes longer than to ask for their number.
    private string function = "all";

    /// <summary>Returns how many changes all have had. Tensors made in inference mode do not count theirs.</summary>
    public long Total()
    {
        try
        {
            return Invoke();
        }
        catch (ExternalException) when (function == "all")
        {
            function = "counted";
            return Invoke();
        }
    }

    private long Invoke()
    {
        using var total = (Scalar)Script.invoke(function, (object)tensors);
        return total.ToInt64();
    }
}
