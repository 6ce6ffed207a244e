namespace Ddpm.Inference;

/// <summary>A plan for the shape that is asked for, kept until another shape is, and the threads that compute it.</summary>
/// <param name="weights">The network and its weights.</param>
/// <param name="options">How the plan computes.</param>
/// <param name="threads">How many threads compute it.</param>
internal sealed class CompiledBatches(SharedWeights weights, PlanOptions options, int threads) : IBatchNetwork
{
    private WorkerTeam? team;
    private Plan? plan;
    private (int Rows, PlaneSize Size) planned;

    public int Prepare(int rows, PlaneSize size)
    {
        if (plan is not null && planned == (rows, size)) return plan.OutputLength;
        // Two at once would take twice the memory.
        plan?.Dispose();
        plan = null;
        team ??= new WorkerTeam(threads);
        plan = weights.Compile(options, rows, size, team);
        planned = (rows, size);
        return plan.OutputLength;
    }

    public unsafe void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float[][] conditions, Span<float> target)
    {
        for (int index = 0; index < conditions.Length; index++)
        {
            // The array does not move, and the caller keeps it.
            fixed (float* values = conditions[index]) plan!.Condition(index, values);
        }

        plan!.Predict(x, times, labels, target);
    }

    public void Dispose()
    {
        plan?.Dispose();
        plan = null;
        team?.Dispose();
        team = null;
    }
}
