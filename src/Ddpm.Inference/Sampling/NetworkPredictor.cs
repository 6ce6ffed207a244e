using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Asks a network for the predictions of batches. Guidance leads away from those of a weaker network, or of the same one without
/// conditions. For one thread at a time.
/// </summary>
/// <param name="network">The network; disposed with the predictor.</param>
/// <param name="weak">The weaker network, disposed with the predictor; null for the network without conditions.</param>
/// <param name="conditions">The conditions of the network.</param>
/// <param name="outputsPerElement">How many numbers the network puts out for each of x_t.</param>
internal sealed class NetworkPredictor(
    IBatchNetwork network, IBatchNetwork? weak, IReadOnlyList<NetworkCondition> conditions, int outputsPerElement) : IDisposable
{
    private SpanBatch? current;
    private float[][] given = [];
    private float[] input = [], output = [], worse = [], prediction = [], variance = [], times = [];
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
            bool guided = batch.Guidance.ActsAt(time), twice = guided && weak is null;
            if (times.Length < 2 * batch.Rows) times = new float[2 * batch.Rows];
            times.AsSpan().Fill(time);
            // A batch has the same conditions at every step.
            if (!ReferenceEquals(current, batch)) (current, given) = (batch, Conditions(batch));
            ReadOnlySpan<float> predicted = twice
                ? Ask(network, batch, 2 * batch.Rows, Twice(x), WithNone(batch), ref output)
                : Ask(network, batch, batch.Rows, x, batch.LabelRows, ref output);
            int length = batch.Rows * batch.Elements;
            if (!guided && outputsPerElement == 1) return (output.AsMemory(0, length), default);
            ReadOnlySpan<float> without = !guided ? default
                : twice ? predicted[(predicted.Length / 2)..] : Ask(weak!, batch, batch.Rows, x, batch.LabelRows, ref worse);
            Separate(batch, predicted, without);
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
            network.Prepare(batch.Guidance.IsOn && weak is null ? 2 * batch.Rows : batch.Rows, batch.Size);
            if (batch.Guidance.IsOn) weak?.Prepare(batch.Rows, batch.Size);
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
        weak?.Dispose();
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(disposed, typeof(InferenceSampler));
        if (Interlocked.Exchange(ref busy, 1) == 0) return;
        throw new InvalidOperationException("An InferenceSampler serves one thread at a time: create one for each thread.");
    }

    private float[][] Conditions(SpanBatch batch) =>
        [.. conditions.Select(condition => batch.Condition(condition, again: batch.Guidance.IsOn && weak is null))];

    private ReadOnlySpan<float> Ask(
        IBatchNetwork asked, SpanBatch batch, int rows, ReadOnlySpan<float> x, ReadOnlySpan<long> classes, ref float[] answer)
    {
        int outputs = asked.Prepare(rows, batch.Size);
        if (answer.Length < outputs) answer = new float[outputs];
        Span<float> predicted = answer.AsSpan(0, outputs);
        asked.Predict(x, times.AsSpan(0, rows), classes, given, predicted);
        return predicted;
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
    private void Separate(SpanBatch batch, ReadOnlySpan<float> predicted, ReadOnlySpan<float> without)
    {
        int elements = batch.Elements, each = outputsPerElement * elements, length = batch.Rows * elements;
        int eachWithout = without.Length / batch.Rows;
        if (prediction.Length < length) prediction = new float[length];
        if (outputsPerElement > 1 && variance.Length < length) variance = new float[length];
        for (int row = 0; row < batch.Rows; row++)
        {
            ReadOnlySpan<float> with = predicted.Slice(row * each, each);
            Span<float> target = prediction.AsSpan(row * elements, elements);
            if (without.IsEmpty) with[..elements].CopyTo(target);
            else batch.Guidance.Apply(with[..elements], without.Slice(row * eachWithout, elements), target);
            if (outputsPerElement > 1) with[elements..].CopyTo(variance.AsSpan(row * elements, elements));
        }
    }
}
