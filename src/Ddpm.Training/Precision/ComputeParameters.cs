using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// A network's parameters in 16 bits for the length of a forward and backward pass: the same parameters hold other data, and the
/// network is float32 before and after. The gradients are added up in float32.
/// </summary>
internal sealed class ComputeParameters : IDisposable
{
    private readonly Parameter[] parameters;
    private readonly ScalarType type;
    private readonly Tensor?[] gradients;

    public ComputeParameters(Parameter[] parameters, ScalarType type)
    {
        this.parameters = parameters;
        this.type = type;
        gradients = new Tensor?[parameters.Length];
    }

    /// <summary>
    /// Gets the sums of the gradients of all passes since the last <see cref="Clear"/>, in the parameters' own type; null for parameters
    /// that had none.
    /// </summary>
    public Tensor?[] Gradients => gradients;

    public void Clear()
    {
        foreach (Tensor? gradient in gradients) gradient?.zero_();
    }

    /// <summary>Runs a forward and backward pass on the 16-bit values.</summary>
    public T Run<T>(Func<T> pass)
    {
        using var scope = NewDisposeScope();
        Tensor[] masters = [.. parameters.Select(parameter => parameter.detach())];
        try
        {
            using (no_grad())
            {
                for (int i = 0; i < parameters.Length; i++)
                {
                    parameters[i].grad = null;
                    FusedOperations.SetData(parameters[i], masters[i].to(type));
                }
            }

            T result = pass();
            Collect(masters);
            return result;
        }
        finally
        {
            using (no_grad())
            {
                for (int i = 0; i < parameters.Length; i++)
                {
                    parameters[i].grad = null;
                    FusedOperations.SetData(parameters[i], masters[i]);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (Tensor? gradient in gradients) gradient?.Dispose();
    }

    private void Collect(Tensor[] masters)
    {
        using var noGradient = no_grad();
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].grad is not { } gradient) continue;
            gradients[i] ??= zeros_like(masters[i]).DetachFromDisposeScope();
            gradients[i]!.AddInPlace(gradient);
        }
    }
}
