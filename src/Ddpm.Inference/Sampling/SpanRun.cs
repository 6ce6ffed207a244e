using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Takes the moves of a path, batch after batch, with cancellation and a guard against NaN. Its buffers serve all batches.
/// </summary>
/// <param name="path">What a batch goes through.</param>
/// <param name="largest">The numbers of the largest batch.</param>
/// <param name="shape">The shape of one sample.</param>
internal sealed class SpanRun(SpanPath path, int largest, int[] shape)
{
    private float[] x = new float[largest];
    private float[] next = new float[largest];

    /// <summary>Gets the number of moves of a batch.</summary>
    public int Length => path.Length;

    /// <summary>Runs one batch and shows every state: the start, then one after each move.</summary>
    public IEnumerable<InferenceState> Run(SpanBatch batch, CancellationToken cancellationToken)
    {
        int length = batch.Length;
        cancellationToken.ThrowIfCancellationRequested();
        path.Start(batch, x.AsSpan(0, length));
        yield return new InferenceState(0, path.Timestep(0) + 1, x.AsMemory(0, length), default);
        for (int move = 0; move < path.Length; move++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            path.Move(batch, move, x.AsSpan(0, length), next.AsSpan(0, length));
            (x, next) = (next, x);
            RequireFinite(batch, move);
            yield return new InferenceState(move + 1, path.Timestep(move), x.AsMemory(0, length), path.X0);
        }
    }

    private void RequireFinite(SpanBatch batch, int move)
    {
        ReadOnlySpan<float> values = x.AsSpan(0, batch.Length);
        if (VectorArithmetic.AllFinite(values)) return;
        bool isNaN = false;
        foreach (float value in values) isNaN |= float.IsNaN(value);
        throw new NonFiniteException(
            $"x_{{t-1}} became {(isNaN ? "NaN" : "infinite")} at t = {path.Timestep(move)}, step {move + 1} (shape [{batch.Rows}, "
            + $"{string.Join(", ", shape)}], float32). The network's weights or its output are not finite there.");
    }
}
