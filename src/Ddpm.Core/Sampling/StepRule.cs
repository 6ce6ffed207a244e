using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>How x_t becomes x_{t-1} in one run; holds what a multistep method remembers.</summary>
internal abstract class StepRule : IDisposable
{
    /// <summary>x_{t-1}, a fresh tensor. Called inside a dispose scope.</summary>
    /// <param name="input">The step.</param>
    /// <param name="noise">Draws the step's noise; not to be called where the step needs none.</param>
    public abstract Tensor Advance(StepInput input, Func<Tensor> noise);

    /// <summary>Frees what is remembered.</summary>
    public virtual void Dispose()
    {
    }
}
