using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Runs what all samplers share: it goes from x_T ~ N(0, I) through every timestep of the process to x_0, batch by batch, with progress,
/// cancellation and a guard against NaN. It holds no tensor; one sampler may serve several threads if its model does. A derived sampler
/// defines how x_t becomes x_{t-1}, as a <see cref="StepRule"/>.
/// </summary>
public abstract partial class DiffusionSampler
{
    private readonly IEpsilonModel model;
    private readonly ILogger logger;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    protected DiffusionSampler(IEpsilonModel model, ReverseDiffusion process, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.logger = logger ?? NullLogger.Instance;
        Process = process;
    }

    /// <summary>Gets the process that the sampler runs.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Draws samples batch by batch and concatenates them.</summary>
    /// <param name="request">The number, shape and noise of the samples.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [Count, …] without those to skip, on the request's device; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor Sample(
        SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        long[] shape = [Positions(request).Length, .. request.SampleShape];
        Tensor samples = empty(shape, request.ElementType, request.Device).DetachFromDisposeScope();
        try
        {
            long first = 0;
            foreach (SampleBatch batch in Draw(request, progress, cancellationToken))
            {
                using (batch)
                using (Tensor slot = samples.narrow(0, first, batch.Indices.Length))
                {
                    slot.copy_(batch.Samples);
                    first += batch.Indices.Length;
                }
            }
        }
        catch
        {
            samples.Dispose();
            throw;
        }

        return samples;
    }

    /// <summary>Draws samples and yields each batch when it is finished, so that any number needs the memory of one batch.</summary>
    /// <param name="request">The number, shape and noise of the samples.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The batches; the caller disposes each. Leaving the loop early frees the rest.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IEnumerable<SampleBatch> Batches(
        SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        return Draw(request, progress, cancellationToken);
    }

    /// <summary>
    /// Draws one batch and shows every step of it, from pure noise to the finished samples: T + 1 states, or t + 2 from a start at t.
    /// </summary>
    /// <param name="request">The number, shape and noise of the samples, all in one batch.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The states; their tensors live until the next state is requested. Leaving the loop early frees everything.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public IEnumerable<SamplingState> Steps(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        return Show(request, cancellationToken);
    }

    /// <summary>Begins a run and creates the state that it carries from step to step.</summary>
    /// <returns>The rule of one run, which the sampler disposes at its end.</returns>
    protected abstract StepRule Begin();

    /// <summary>Takes one step from an output, for the caller's own loop.</summary>
    private protected SamplingStep StepFrom(Tensor output, Tensor xt, int t, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        Process.RequireOutput(output, xt, t);
        if (noise is not null) Require.SameShape(noise, xt);
        Tensor Noise() => noise
            ?? throw new ArgumentNullException(nameof(noise), $"noise must be given at t = {t}, where the step adds some.");
        using StepRule rule = Begin();
        StepInput input = StepInput.Of(Process, output, xt, t);
        Tensor next = rule.Advance(input, Noise);
        return new SamplingStep(next.MoveToOuterDisposeScope(), input.X0.MoveToOuterDisposeScope());
    }

    private void Validate(SamplingRequest request)
    {
        request.Validated();
        model.RequireEvaluationMode("samples", "before sampling");

        if (request.Start is { } start) Require.Timestep(start.Timestep, Process.Coefficients.Timesteps, "Start.Timestep");
        model.RequireSampleShape(request.SampleShape, nameof(request.SampleShape));
        model.RequireLabels(request.Labels, nameof(request.Labels));
        int rows = request.Count / request.SamplesPerLabel;
        model.RequireConditions(request.Conditions, rows, request.SampleShape, nameof(request.Conditions));
    }

    // The samples to draw, counted from the request's first.
    private static int[] Positions(SamplingRequest request) =>
        [.. Enumerable.Range(0, request.Count).Where(position => request.Skip?.Contains(request.FirstSample + position) != true)];

    private IEnumerable<SampleBatch> Draw(
        SamplingRequest request, IProgress<SamplingProgress>? progress, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        int[] positions = Positions(request);
        int batches = (positions.Length + request.BatchSize - 1) / request.BatchSize, stepsPerBatch = ReversePath.MovesOf(request, Process);
        long stepsTotal = (long)batches * stepsPerBatch, stepsDone = 0;
        int done = 0;
        using SamplingRun run = SamplingRun.Start(GetType().Name, stepsPerBatch, positions.Length, request.BatchSize, request.SampleShape);
        logger.SamplingStarted(positions.Length, stepsPerBatch, request.BatchSize);
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        foreach (int[] batch in positions.Chunk(request.BatchSize))
        {
            Tensor? samples = null;
            using (var path = new ReversePath(Process, compiled.Model, Begin(), request, batch))
            {
                foreach (SamplingState state in SamplingLoop.Run(path, run, cancellationToken))
                {
                    if (state.Step == 0) continue;
                    if (state.Step % request.PreviewEvery == 0 || state.Timestep == 0) request.Preview?.Invoke(state);
                    if (state.Timestep == 0)
                    {
                        samples = state.X.alias().DetachFromDisposeScope();
                        done += batch.Length;
                    }

                    TimeSpan sofar = Stopwatch.GetElapsedTime(started);
                    progress?.Report(new SamplingProgress(++stepsDone, stepsTotal, done, positions.Length, sofar));
                }
            }

            yield return new SampleBatch([.. batch.Select(position => request.FirstSample + position)], samples!);
        }

        run.Completed();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.SamplingFinished(positions.Length, elapsed.TotalSeconds);
    }

    private IEnumerable<SamplingState> Show(SamplingRequest request, CancellationToken cancellationToken)
    {
        int[] positions = Positions(request);
        int steps = ReversePath.MovesOf(request, Process);
        using SamplingRun run = SamplingRun.Start(GetType().Name, steps, positions.Length, positions.Length, request.SampleShape);
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        using var path = new ReversePath(Process, compiled.Model, Begin(), request, positions);
        foreach (SamplingState state in SamplingLoop.Run(path, run, cancellationToken))
        {
            // A consumer that stops asking after the last step has the whole run.
            if (state.Timestep == 0) run.Completed();
            yield return state;
        }
    }
}
