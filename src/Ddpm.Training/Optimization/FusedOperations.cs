using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// libtorch's operations on whole lists of tensors, which TorchSharp does not expose, through TorchScript: one call and one pass over
/// memory instead of several for each of some hundred tensors. The scripts are constants, for a bad one would end the process.
/// </summary>
internal static class FusedOperations
{
    private const string Source = """
        def norm(tensors: List[Tensor]):
            return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(tensors, 2)), 2)

        def interpolate(targets: List[Tensor], sources: List[Tensor], weight: float):
            torch._foreach_lerp_(targets, sources, weight)
            return targets[0]

        def adamw(parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], steps: List[Tensor],
                  learning_rate: float, beta1: float, beta2: float, weight_decay: float, epsilon: float, divisor: Tensor):
            maxima: List[Tensor] = []
            torch._fused_adamw_(parameters, gradients, first, second, maxima, steps, lr=learning_rate, beta1=beta1, beta2=beta2,
                                weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=divisor, found_inf=None)
            return divisor

        def count_change(tensors: List[Tensor]):
            for tensor in tensors:
                tensor.view(-1)[0:0].zero_()
            return tensors[0]

        def set_data(target: Tensor, data: Tensor):
            target.set_data(data)
            return target

        """;

    // One compilation serves all: its functions are pure, and invoking them is thread-safe.
    private static readonly jit.CompilationUnit Scripts = jit.compile(Source);

    /// <summary>Returns the 2-norm of all tensors together.</summary>
    public static double Norm(Tensor[] tensors)
    {
        using var scope = NewDisposeScope();
        var norm = (Tensor)Scripts.invoke("norm", (object)tensors);
        return norm.to(float64).item<double>();
    }

    /// <summary>Returns target ← target + weight (source - target), for each.</summary>
    public static void Interpolate(Tensor[] targets, Tensor[] sources, double weight)
    {
        using Scalar share = weight.ToScalar();
        using var _ = (Tensor)Scripts.invoke("interpolate", targets, sources, share);
    }

    /// <summary>
    /// Returns AdamW on all parameters; the gradients are divided by a number first, in place. Adds nothing to the steps.
    /// </summary>
    public static void AdamW(
        Tensor[] parameters, Tensor[] gradients, Tensor[] first, Tensor[] second, Tensor[] steps, double learningRate, double beta1,
        double beta2, double weightDecay, double epsilon, double divisor)
    {
        // Numbers as objects of our own: TorchSharp's implicit ones might be collected before they are used.
        using Scalar rate = learningRate.ToScalar();
        using Scalar b1 = beta1.ToScalar();
        using Scalar b2 = beta2.ToScalar();
        using Scalar decay = weightDecay.ToScalar();
        using Scalar eps = epsilon.ToScalar();
        using Tensor divisors = tensor((float)divisor, float32, parameters[0].device);
        using var _ = (Tensor)Scripts.invoke("adamw", parameters, gradients, first, second, steps, rate, b1, b2, decay, eps, divisors);
    }

    /// <summary>
    /// Counts a change of contiguous tensors, whose memory something else than libtorch wrote: who asks libtorch whether they have changed
    /// is told so.
    /// </summary>
    public static void CountChange(Tensor[] tensors)
    {
        using var _ = (Tensor)Scripts.invoke("count_change", (object)tensors);
    }

    /// <summary>Makes a tensor hold another's data, of any type; both share it then.</summary>
    public static void SetData(Tensor target, Tensor data)
    {
        using var _ = (Tensor)Scripts.invoke("set_data", target, data);
    }
}
