using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Ancestral sampling, Algorithm 2 of Ho et al. 2020 (arXiv:2006.11239): from x_T ~ N(0, I), draw x_{t-1} from p_θ(x_{t-1} | x_t) for
/// t = T-1 … 0; no noise at the last step. Holds no tensor; one sampler may serve several threads if its model does.
/// </summary>
public sealed class DdpmSampler
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;
    private readonly ILogger logger;

    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    public DdpmSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<DdpmSampler>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.process = process;
        this.logger = logger ?? NullLogger<DdpmSampler>.Instance;
    }

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
        long stepsTotal = (long)batches * process.Coefficients.Timesteps, stepsDone = 0;
        logger.SamplingStarted(request.Count, process.Coefficients.Timesteps, request.BatchSize);

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
        int timesteps = process.Coefficients.Timesteps;
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
        ReverseMoments moments = process.Moments(process.Predict(model, xt, t), xt, t, process.Options.Clipping);
        // No noise at the last step.
        Tensor next = t == 0 ? moments.Mean : moments.Mean + (0.5 * moments.LogVariance).exp() * noise.Draw(draw);
        NonFiniteException.ThrowIfNonFinite(next, "x_{t-1}", t);
        return (next.DetachFromDisposeScope(), moments.X0.DetachFromDisposeScope());
    }
}
