namespace Ddpm.Inference;

/// <summary>
/// The timesteps and labels of a prediction: one row where all examples have the same, as while sampling, and otherwise a row for each.
/// </summary>
/// <param name="images">The examples.</param>
/// <param name="separate">Whether each example has vectors of its own.</param>
internal sealed class ConditioningRows(int images, bool separate)
{
    /// <summary>Gets how many rows.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>Gets the timestep of each row.</summary>
    public float[] Times { get; } = new float[images];

    /// <summary>Gets the row of the class embedding for each row; 0 where the network knows no classes.</summary>
    public long[] Labels { get; } = new long[images];

    /// <summary>Takes those of a prediction.</summary>
    /// <param name="times">A timestep for each example.</param>
    /// <param name="labels">A row of the class embedding for each example; empty where the network knows no classes.</param>
    public void Set(ReadOnlySpan<float> times, ReadOnlySpan<long> labels)
    {
        times.CopyTo(Times);
        labels.CopyTo(Labels);
        // NaN equals no other: each example then has a row of its own, and the prediction is NaN all the same.
        bool same = !separate && Times.AsSpan().Count(Times[0]) == Times.Length && Labels.AsSpan().Count(Labels[0]) == Labels.Length;
        Count = same ? 1 : Times.Length;
    }
}
