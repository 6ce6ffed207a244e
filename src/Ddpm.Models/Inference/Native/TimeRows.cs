using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The times of a prediction, and the labels: one row where all images have the same, as while sampling, and otherwise a row for each.</summary>
internal sealed unsafe class TimeRows(int images)
{
    /// <summary>How many rows.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>The time of each row.</summary>
    public float[] Times { get; } = new float[images];

    /// <summary>The row of the class embedding for each row; 0 where the network knows no classes.</summary>
    public long[] Labels { get; } = new long[images];

    /// <summary>The rows of a prediction.</summary>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding; null where the network knows none.</param>
    public void Set(Tensor t, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        Tensor times = t.to(ScalarType.Float32).contiguous();
        new ReadOnlySpan<float>(TensorMemory.Address(times), images).CopyTo(Times);
        if (labels is not null) new ReadOnlySpan<long>(TensorMemory.Address(labels.contiguous()), images).CopyTo(Labels);
        // NaN is no other time than NaN here: whatever comes of it is the same for all images.
        bool same = Times.AsSpan().Count(Times[0]) == images && Labels.AsSpan().Count(Labels[0]) == images;
        Count = same ? 1 : images;
    }
}
