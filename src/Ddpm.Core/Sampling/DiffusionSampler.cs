using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// What all samplers share: from x_T ~ N(0, I) through every timestep of the process to x_0, batch by batch, with progress, cancellation and a
/// guard against NaN. Holds no tensor; one sampler may serve several threads if its model does.
/// </summary>
public abstract class DiffusionSampler
{
    private readonly IEpsilonModel model;
    private readonly ILogger logger;

    private protected DiffusionSampler(IEpsilonModel model, ReverseDiffusion process, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.logger = logger ?? NullLogger.Instance;
        Process = process;
    }

    /// <summary>The process that is sampled.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Draws samples, a batch at a time.</summary>
    /// <param name="request">How many, of which shape, from which noise.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [Count, …], on the request's device; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Sample(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validated();
        long started = Stopwatch.GetTimestamp();
        int batches = (request.Count + request.BatchSize - 1) / request.BatchSize;
        long stepsTotal = (long)batches * Process.Coefficients.Timesteps, stepsDone = 0;
        logger.SamplingStarted(request.Count, Process.Coefficients.Timesteps, request.BatchSize);

        Tensor samples = empty([request.Count, .. request.SampleShape], request.ElementType, request.Device).DetachFromDisposeScope();
        try
        {
            for (int first = 0; first < request.Count; first += request.BatchSize)
            {
                int count = Math.Min(request.BatchSize, request.Count - first);
                foreach (SamplingState state in Steps(request with { Count = count, FirstSample = request.FirstSample + first }, cancellationToken))
                {
                    if (state.Step == 0) continue;
                    bool finished = state.Timestep == 0;
                    if (finished)
                    {
                        using Tensor slot = samples.narrow(0, first, count);
                        slot.copy_(state.X);
                    }

                    progress?.Report(new SamplingProgress(++stepsDone, stepsTotal, finished ? first + count : first, request.Count, Stopwatch.GetElapsedTime(started)));
                }
            }
        }
        catch
        {
            samples.Dispose();
            throw;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.SamplingFinished(request.Count, elapsed.TotalSeconds);
        return samples;
    }

    /// <summary>Draws one batch and shows every step of it, from pure noise to the finished samples: T + 1 states.</summary>
    /// <param name="request">How many, of which shape, from which noise; all in one batch.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The states; their tensors live until the next one is asked for. Leaving the loop early frees everything.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public IEnumerable<SamplingState> Steps(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validated();
        if (model.InTrainingMode)
        {
            throw new InvalidOperationException("The model is in training mode, where dropout spoils samples: call eval() on it before sampling.");
        }

        return Iterate(request, cancellationToken);
    }

    private IEnumerable<SamplingState> Iterate(SamplingRequest request, CancellationToken cancellationToken)
    {
        // A scope belongs to one thread and must not stay open while the consumer runs: x is detached and freed by hand.
        int timesteps = Process.Coefficients.Timesteps;
        NoiseRequest draw = new()
        {
            SampleIndices = [.. Enumerable.Range(0, request.Count).Select(k => request.FirstSample + k)],
            Step = 0,
            Shape = [request.Count, .. request.SampleShape],
            ElementType = request.ElementType,
            Device = request.Device,
        };
        Tensor x = request.Noise.Draw(draw).DetachFromDisposeScope();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new SamplingState(0, timesteps, x, null);
            for (int t = timesteps - 1; t >= 0; t--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int step = timesteps - t;
                (Tensor next, Tensor x0) = Transition(x, t, request.Noise, draw with { Step = step });
                x.Dispose();
                x = next;
                using (x0)
                {
                    yield return new SamplingState(step, t, x, x0);
                }
            }
        }
        finally
        {
            x.Dispose();
        }
    }

    private (Tensor Next, Tensor X0) Transition(Tensor xt, int t, INoiseSource noise, NoiseRequest draw)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor next, Tensor x0) = Advance(Process.Predict(model, xt, t), xt, t, () => noise.Draw(draw));
        NonFiniteException.ThrowIfNonFinite(next, "x_{t-1}", t);
        return (next.DetachFromDisposeScope(), x0.DetachFromDisposeScope());
    }

    /// <summary>x_{t-1} and the x̂_0 it was made with, fresh tensors. Called inside a dispose scope.</summary>
    /// <param name="output">The network's output at (<paramref name="xt"/>, <paramref name="t"/>).</param>
    /// <param name="xt">The samples.</param>
    /// <param name="t">The timestep.</param>
    /// <param name="noise">Draws the step's noise; not to be called where the step needs none.</param>
    private protected abstract (Tensor Next, Tensor X0) Advance(Tensor output, Tensor xt, int t, Func<Tensor> noise);

    /// <summary>One step from an output, for loops of one's own.</summary>
    private protected SamplingStep StepFrom(Tensor output, Tensor xt, int t, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        Process.RequireOutput(output, xt, t);
        if (noise is not null) Require.SameShape(noise, xt);
        Tensor Noise() => noise ?? throw new ArgumentNullException(nameof(noise), $"noise must be given at t = {t}, where the step adds some.");
        (Tensor next, Tensor x0) = Advance(output, xt, t, Noise);
        return new SamplingStep(next.MoveToOuterDisposeScope(), x0.MoveToOuterDisposeScope());
    }
}
