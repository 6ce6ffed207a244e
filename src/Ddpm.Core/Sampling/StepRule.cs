using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// How x_t becomes x_{t-1} in one run of a <see cref="DiffusionSampler"/>; holds what a multistep method remembers. One run has one, on one
/// thread.
/// </summary>
public abstract class StepRule : IDisposable
{
    /// <summary>One step. It is called without gradients inside a dispose scope, which frees what it makes on the way.</summary>
    /// <param name="input">The step; its tensors stay the sampler's.</param>
    /// <param name="noise">Draws the step's noise, N(0, I) in the shape of x_t; not to be called where the step needs none.</param>
    /// <returns>x_{t-1} in the shape of x_t; x̂_0 itself at the last step of a method that ends there.</returns>
    public abstract Tensor Advance(StepInput input, Func<Tensor> noise);

    /// <summary>
    /// Frees what is remembered. Tensors that live from step to step must be detached from the dispose scope, and freed here.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what is remembered; nothing by default.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
