namespace Ddpm.Inference;

/// <summary>
/// A step of a plan: one layer over a batch, in parts that do not depend on each other. Everything it needs is set when the plan is made,
/// so that a prediction allocates nothing.
/// </summary>
internal abstract unsafe class PlanStep : IWork
{
    /// <inheritdoc/>
    public abstract int Parts { get; }

    /// <summary>Gets how many numbers each thread needs to compute in.</summary>
    public virtual long ScratchFloats => 0;

    /// <summary>Each thread's numbers to compute in; set when the plan is complete.</summary>
    public ThreadScratch Scratch { private get; set; }

    /// <inheritdoc/>
    public void Execute(int part, int thread) => Execute(part, Scratch.Of(thread));

    /// <summary>Does a part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> numbers, at a cache line's beginning.</param>
    protected abstract void Execute(int part, float* scratch);
}
