using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds the result of one step and owns its tensors.</summary>
public sealed class SamplingStep : IDisposable
{
    internal SamplingStep(Tensor previous, Tensor x0)
    {
        Previous = previous;
        X0 = x0;
    }

    /// <summary>Gets x_{t-1}, [B, …].</summary>
    public Tensor Previous { get; }

    /// <summary>Gets the estimate x̂_0 that the step was made with, after clipping, [B, …].</summary>
    public Tensor X0 { get; }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        Previous.Dispose();
        X0.Dispose();
    }
}
