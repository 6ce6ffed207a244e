using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A time in which each prediction of a network in training gets one backward pass, for the weights alone. The pass adds to their
/// gradients itself, and frees what each layer saved as soon as the layer is done. Otherwise, libtorch keeps it all until the loss is gone,
/// and copies the gradients. Disposal ends the time.
/// </summary>
/// <param name="program">The network.</param>
internal sealed class GradientAccumulation(GradientProgram program) : IDisposable
{
    private readonly List<GradientCall> open = [];

    /// <summary>Gets what stands for the weights in libtorch's graph.</summary>
    public Tensor Token { get; } = zeros(1, requires_grad: true).DetachFromDisposeScope();

    /// <summary>Takes a prediction whose backward pass may come.</summary>
    public void Begin(GradientCall call) => open.Add(call);

    /// <summary>Adds a prediction's gradients to those of the weights.</summary>
    public void End(GradientCall call)
    {
        open.Remove(call);
        foreach (ParameterShape shape in program.Graph.Parameters)
        {
            using Tensor? own = call.Weights.Take(shape);
            Tensor weight = program.Parameter(shape);
            if (own is null || !weight.requires_grad) continue;
            using Tensor? sum = weight.grad;
            if (sum is not null)
            {
                sum.AddInPlace(own);
                continue;
            }

            // In the order of the weight's numbers, which optimisers rely on.
            using Tensor ordered = own.contiguous();
            weight.grad = ordered;
        }
    }

    public void Dispose()
    {
        program.EndAccumulation(open);
        Token.Dispose();
    }
}
