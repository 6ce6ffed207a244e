using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Asks a network for the predictions of batches, with conditions and without where guidance needs both. For one thread at a time.
/// </summary>
/// <param name="network">The network; disposed with the predictor.</param>
/// <param name="conditions">The conditions of the network.</param>
/// <param name="outputsPerElement">How many numbers the network puts out for each of x_t.</param>
internal sealed class NetworkPredictor(IBatchNetwork network, IReadOnlyList<NetworkCondition> conditions, int outputsPerElement)
    : IDisposable
{
    private SpanBatch? current;
    private float[][] given = [];
    private float[] input = [], output = [], prediction = [], variance = [], times = [];
    private long[] labels = [];
    private int busy;
    private bool disposed;

    /// <summary>Predicts.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="x">x_t of the batch.</param>
    /// <param name="time">The timestep that the network is told.</param>
    /// <returns>The prediction, and the second half of the network's output where it has two; valid until the next call.</returns>
    public (ReadOnlyMemory<float> Prediction, ReadOnlyMemory<float> Variance) Predict(SpanBatch batch, ReadOnlySpan<float> x, int time)
    {
        Enter();
        try
        {
            bool guided = batch.Guidance.IsOn;
            int rows = RowsOf(batch);
            int outputs = network.Prepare(rows, batch.Size);
            if (output.Length < outputs) output = new float[outputs];
            if (times.Length < rows) times = new float[rows];
            times.AsSpan(0, rows).Fill(time);
            Span<float> predicted = output.AsSpan(0, outputs);
            // A batch has the same conditions at every step.
            if (!ReferenceEquals(current, batch)) (current, given) = (batch, [.. conditions.Select(batch.Condition)]);
            ReadOnlySpan<long> classes = guided ? WithNone(batch) : batch.LabelRows;
            network.Predict(guided ? Twice(x) : x, times.AsSpan(0, rows), classes, given, predicted);
            int length = batch.Rows * batch.Elements;
            if (!guided && outputsPerElement == 1) return (output.AsMemory(0, length), default);
            Separate(batch, predicted);
            return (prediction.AsMemory(0, length), outputsPerElement == 1 ? default : variance.AsMemory(0, length));
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>Compiles the network for a batch.</summary>
    public void Prepare(SpanBatch batch)
    {
        Enter();
        try
        {
            network.Prepare(RowsOf(batch), batch.Size);
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    public void Dispose()
    {
        disposed = true;
        network.Dispose();
    }

    // Guidance asks with the class and without.
    private static int RowsOf(SpanBatch batch) => batch.Guidance.IsOn ? 2 * batch.Rows : batch.Rows;

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(disposed, typeof(InferenceSampler));
        if (Interlocked.Exchange(ref busy, 1) == 0) return;
        throw new InvalidOperationException("An InferenceSampler serves one thread at a time: create one for each thread.");
    }

    private ReadOnlySpan<float> Twice(ReadOnlySpan<float> x)
    {
        if (input.Length < 2 * x.Length) input = new float[2 * x.Length];
        x.CopyTo(input);
        x.CopyTo(input.AsSpan(x.Length));
        return input.AsSpan(0, 2 * x.Length);
    }

    private ReadOnlySpan<long> WithNone(SpanBatch batch)
    {
        int rows = batch.Rows;
        if (batch.LabelRows.IsEmpty) return [];
        if (labels.Length < 2 * rows) labels = new long[2 * rows];
        batch.LabelRows.CopyTo(labels);
        labels.AsSpan(rows, rows).Fill(batch.NullRow);
        return labels.AsSpan(0, 2 * rows);
    }

    // Guides the predictions, and takes those of all samples together where each is followed by its variance, which guidance leaves alone.
    private void Separate(SpanBatch batch, ReadOnlySpan<float> predicted)
    {
        int elements = batch.Elements, each = outputsPerElement * elements, length = batch.Rows * elements;
        if (prediction.Length < length) prediction = new float[length];
        if (outputsPerElement > 1 && variance.Length < length) variance = new float[length];
        for (int row = 0; row < batch.Rows; row++)
        {
            ReadOnlySpan<float> with = predicted.Slice(row * each, each);
            Span<float> target = prediction.AsSpan(row * elements, elements);
            if (batch.Guidance.IsOn)
            {
                batch.Guidance.Apply(with[..elements], predicted.Slice((batch.Rows + row) * each, elements), target);
            }
            else
            {
                with[..elements].CopyTo(target);
            }

            if (outputsPerElement > 1) with[elements..].CopyTo(variance.AsSpan(row * elements, elements));
        }
    }
}
