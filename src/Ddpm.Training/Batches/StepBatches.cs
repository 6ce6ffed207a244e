namespace Ddpm.Training;

/// <summary>The batches of one step of training; disposal frees them.</summary>
internal sealed class StepBatches : IDisposable
{
    private readonly List<TrainingBatch> batches = [];

    /// <summary>Reads the batches of a step.</summary>
    /// <param name="source">The batches of the run.</param>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="count">The number of batches in a step.</param>
    public StepBatches(IBatchSource source, long step, int count)
    {
        try
        {
            for (int part = 0; part < count; part++) batches.Add(source.Batch(step * count + part));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<TrainingBatch> All => batches;

    public void Dispose()
    {
        foreach (TrainingBatch batch in batches) batch.Dispose();
    }
}
