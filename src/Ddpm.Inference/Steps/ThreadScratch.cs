namespace Ddpm.Inference;

/// <summary>Numbers to compute in, for each thread of a team its own.</summary>
internal readonly unsafe struct ThreadScratch(float* address, long floatsPerThread)
{
    /// <summary>Returns a thread's first number.</summary>
    public float* Of(int thread) => address + thread * floatsPerThread;
}
