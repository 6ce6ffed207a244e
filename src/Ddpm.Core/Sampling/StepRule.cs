using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes x_{t-1} from x_t in one run of a <see cref="DiffusionSampler"/>, and holds what a multistep method remembers. Each run has a
/// separate rule and uses it on one thread.
/// </summary>
public abstract class StepRule : IDisposable
{
    /// <summary>Takes one step. The sampler calls it without gradients inside a dispose scope, which frees intermediate tensors.</summary>
    /// <param name="input">The inputs of the step; the sampler keeps the tensors.</param>
    /// <param name="noise">
    /// Draws the step's noise, N(0, I) in the shape of x_t; call it only where the step needs noise. Each call draws other noise.
    /// </param>
    /// <returns>x_{t-1} in the shape of x_t; x̂_0 itself at the last step of a method that ends there.</returns>
    public abstract Tensor Advance(StepInput input, Func<Tensor> noise);

    /// <summary>
    /// Frees the remembered tensors. Tensors that live from step to step must be detached from the dispose scope, and freed here.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the remembered tensors; the default implementation has none.</summary>
    /// <param name="disposing">True in every call.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
