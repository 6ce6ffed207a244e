using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The loop of every sampling run: takes the moves of a path, with cancellation, telemetry and a guard against NaN.</summary>
internal static class SamplingLoop
{
    /// <summary>
    /// Runs one batch and shows every state: the start, then one after each move. Frees each state when the next is asked for.
    /// </summary>
    public static IEnumerable<SamplingState> Run(SamplingPath path, SamplingRun run, CancellationToken cancellationToken)
    {
        // A scope belongs to one thread and must not stay open while the consumer runs: what lives on is detached and freed by hand.
        Tensor x = path.Start().DetachFromDisposeScope();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new SamplingState(0, path.Timestep(0) + 1, x, null);
            for (int move = 0; move < path.Length; move++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (Tensor next, Tensor? x0) = Take(path, move, x, run);
                x.Dispose();
                x = next;
                using (x0)
                {
                    yield return new SamplingState(move + 1, path.Timestep(move), x, x0);
                }
            }
        }
        finally
        {
            x.Dispose();
        }
    }

    private static (Tensor Next, Tensor? X0) Take(SamplingPath path, int move, Tensor x, SamplingRun run)
    {
        long started = SamplingRun.StepStarting();
        try
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            (Tensor next, Tensor? x0) = path.Move(move, x);
            NonFiniteException.ThrowIfNonFinite(next, "x_{t-1}", path.Timestep(move), move + 1);
            run.StepDone(started, move + 1 == path.Length ? path.Samples : 0);
            return (next.DetachFromDisposeScope(), x0?.DetachFromDisposeScope());
        }
        catch (Exception exception) when (run.Failed(exception))
        {
            throw;
        }
    }
}
