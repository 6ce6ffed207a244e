using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// What all samplers share: from x_T ~ N(0, I) through every timestep of the process to x_0, batch by batch, with progress, cancellation and a
/// guard against NaN. Holds no tensor; one sampler may serve several threads if its model does. A sampler of your own says how x_t becomes x_{t-1}, as a <see cref="StepRule"/>.
/// </summary>
public abstract class DiffusionSampler
{
    private readonly IEpsilonModel model;
    private readonly ILogger logger;

    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    protected DiffusionSampler(IEpsilonModel model, ReverseDiffusion process, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.logger = logger ?? NullLogger.Instance;
        Process = process;
    }

    /// <summary>The process that is sampled.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Draws samples, a batch at a time, and puts them together.</summary>
    /// <param name="request">How many, of which shape, from which noise.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [Count, …] without those to skip, on the request's device; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Sample(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        Tensor samples = empty([Positions(request).Length, .. request.SampleShape], request.ElementType, request.Device).DetachFromDisposeScope();
        try
        {
            long first = 0;
            foreach (SampleBatch batch in Batches(request, progress, cancellationToken))
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

    /// <summary>Draws samples and hands each batch out when it is finished, so that any number needs the memory of one batch.</summary>
    /// <param name="request">How many, of which shape, from which noise.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The batches; the caller disposes each. Leaving the loop early frees the rest.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IEnumerable<SampleBatch> Batches(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        return IterateBatches(request, progress, cancellationToken);
    }

    /// <summary>Draws one batch and shows every step of it, from pure noise to the finished samples: T + 1 states, or t + 2 from a start at t.</summary>
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
        Validate(request);
        return IterateSteps(request, cancellationToken);
    }

    /// <summary>Goes on from noisy examples: x_t → x_0.</summary>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">Their timestep. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">Where the noise of the steps comes from; a step asks as it would in a whole run.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples in the shape, type and place of <paramref name="xt"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor SampleFrom(Tensor xt, int t, INoiseSource noise, long firstSample = 0, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Batch(xt);
        SamplingRequest request = new()
        {
            Count = checked((int)xt.size(0)),
            SampleShape = xt.shape[1..],
            Noise = noise,
            FirstSample = firstSample,
            ElementType = xt.dtype,
            Device = xt.device,
            Start = new SamplingStart(xt, t),
        };
        return Sample(request, progress, cancellationToken);
    }

    /// <summary>Adds noise to examples up to t and takes it away again: how far x̂_0 strays, and variations of a picture ("image to image", SDEdit, arXiv:2108.01073).</summary>
    /// <param name="x0">The examples x_0, [B, …].</param>
    /// <param name="t">How far. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">Where the noise comes from: what is added asks for step 0, the steps as in a whole run.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Reconstruct(Tensor x0, int t, INoiseSource noise, long firstSample = 0, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstSample, 0);
        using Tensor eps = noise.Draw(NoiseRequest.For(x0, firstSample, 0));
        using Tensor xt = Process.Forward.Sample(x0, t, eps);
        return SampleFrom(xt, t, noise, firstSample, progress, cancellationToken);
    }

    /// <summary>
    /// Between pairs of examples (Ho et al. 2020, arXiv:2006.11239, sec. 4.4): both are noised to t, mixed, and sampled from there. The noise is the same for
    /// every weight, so that only the mixture changes.
    /// </summary>
    /// <param name="first">The examples at weight 0, [B, …].</param>
    /// <param name="second">The examples at weight 1 in the shape of <paramref name="first"/>.</param>
    /// <param name="weights">The weights λ. Range: 0 ≤ λ ≤ 1.</param>
    /// <param name="t">How far both are noised; the larger, the coarser what is mixed. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">Where the noise comes from: pair k asks as sample k, its second end as sample k + B where the ends have noise of their own.</param>
    /// <param name="options">How both are mixed; as in the paper by default.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [weights, B, …]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Interpolate(Tensor first, Tensor second, IReadOnlyList<double> weights, int t, INoiseSource noise, InterpolationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Require.SameShape(second, first);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(noise);
        if (weights.Count == 0 || weights.Any(weight => weight is not (>= 0 and <= 1))) throw new ArgumentException($"weights must be one or more numbers from 0 to 1, but are {string.Join(", ", weights)}.", nameof(weights));
        options ??= InterpolationOptions.Default;
        using var scope = NewDisposeScope();
        Tensor eps = noise.Draw(NoiseRequest.For(first, 0, 0));
        Tensor epsSecond = options.SharedNoise ? eps : noise.Draw(NoiseRequest.For(second, first.size(0), 0));
        Tensor start = Process.Forward.Sample(first, t, eps), end = Process.Forward.Sample(second, t, epsSecond);
        Tensor[] samples = [.. weights.Select(weight => SampleFrom(options.Mix(start, end, weight), t, noise, 0, null, cancellationToken))];
        return stack(samples).MoveToOuterDisposeScope();
    }

    /// <summary>Begins a run: what it remembers from step to step.</summary>
    /// <returns>The rule of one run, which the sampler disposes at its end.</returns>
    protected abstract StepRule Begin();

    /// <summary>One step from an output, for loops of one's own.</summary>
    private protected SamplingStep StepFrom(Tensor output, Tensor xt, int t, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        Process.RequireOutput(output, xt, t);
        if (noise is not null) Require.SameShape(noise, xt);
        Tensor Noise() => noise ?? throw new ArgumentNullException(nameof(noise), $"noise must be given at t = {t}, where the step adds some.");
        using StepRule rule = Begin();
        Tensor raw = Process.PredictX0(output, xt, t), x0 = Process.Options.Clipping.ApplyCore(raw);
        Tensor next = rule.Advance(new StepInput(output, xt, t, raw, x0, false), Noise);
        return new SamplingStep(next.MoveToOuterDisposeScope(), x0.MoveToOuterDisposeScope());
    }

    private void Validate(SamplingRequest request)
    {
        request.Validated();
        if (model.InTrainingMode)
        {
            throw new InvalidOperationException("The model is in training mode, where dropout spoils samples: call eval() on it before sampling.");
        }

        if (request.Start is { } start) Require.Timestep(start.Timestep, Process.Coefficients.Timesteps, "Start.Timestep");
        if (request.Labels is not null && model is not IConditionalEpsilonModel)
        {
            throw new ArgumentException($"Labels must be null for {model.GetType().Name}, which is no {nameof(IConditionalEpsilonModel)}.", nameof(request));
        }
    }

    // The samples to draw, counted from the request's first.
    private static int[] Positions(SamplingRequest request) =>
        [.. Enumerable.Range(0, request.Count).Where(position => request.Skip?.Contains(request.FirstSample + position) != true)];

    private IEnumerable<SampleBatch> IterateBatches(SamplingRequest request, IProgress<SamplingProgress>? progress, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        int[] positions = Positions(request);
        int batches = (positions.Length + request.BatchSize - 1) / request.BatchSize, stepsPerBatch = StepsOf(request);
        long stepsTotal = (long)batches * stepsPerBatch, stepsDone = 0;
        int done = 0;
        using SamplingRun run = SamplingRun.Start(GetType().Name, stepsPerBatch, positions.Length, request.BatchSize, request.SampleShape);
        logger.SamplingStarted(positions.Length, stepsPerBatch, request.BatchSize);
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        foreach (int[] batch in positions.Chunk(request.BatchSize))
        {
            Tensor? samples = null;
            foreach (SamplingState state in Iterate(run, compiled.Model, request, batch, cancellationToken))
            {
                if (state.Step == 0) continue;
                if (state.Step % request.PreviewEvery == 0 || state.Timestep == 0) request.Preview?.Invoke(state);
                if (state.Timestep == 0)
                {
                    samples = state.X.alias().DetachFromDisposeScope();
                    done += batch.Length;
                }

                progress?.Report(new SamplingProgress(++stepsDone, stepsTotal, done, positions.Length, Stopwatch.GetElapsedTime(started)));
            }

            yield return new SampleBatch([.. batch.Select(position => request.FirstSample + position)], samples!);
        }

        run.Completed();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.SamplingFinished(positions.Length, elapsed.TotalSeconds);
    }

    private IEnumerable<SamplingState> IterateSteps(SamplingRequest request, CancellationToken cancellationToken)
    {
        int[] positions = Positions(request);
        using SamplingRun run = SamplingRun.Start(GetType().Name, StepsOf(request), positions.Length, positions.Length, request.SampleShape);
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        foreach (SamplingState state in Iterate(run, compiled.Model, request, positions, cancellationToken))
        {
            // Whoever stops asking after the last step has the whole run.
            if (state.Timestep == 0) run.Completed();
            yield return state;
        }
    }

    private int StepsOf(SamplingRequest request) => (request.Start?.Timestep ?? Process.Coefficients.Timesteps - 1) + 1;

    private IEnumerable<SamplingState> Iterate(SamplingRun run, IEpsilonModel compiled, SamplingRequest request, int[] positions, CancellationToken cancellationToken)
    {
        // A scope belongs to one thread and must not stay open while the consumer runs: what lives on is detached and freed by hand.
        int timesteps = Process.Coefficients.Timesteps, start = request.Start?.Timestep ?? timesteps - 1;
        NoiseRequest draw = new()
        {
            SampleIndices = [.. positions.Select(position => request.FirstSample + position)],
            Step = 0,
            Shape = [positions.Length, .. request.SampleShape],
            ElementType = request.ElementType,
            Device = request.Device,
        };
        using Tensor? labels = request.Labels is { } each ? tensor(positions.Select(position => each[position / request.SamplesPerLabel]).ToArray(), int64, request.Device).DetachFromDisposeScope() : null;
        using StepRule rule = Begin();
        Tensor x = (request.Start is null ? request.Noise.Draw(draw) : Rows(request.Start.Xt, positions, request)).DetachFromDisposeScope();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new SamplingState(0, start + 1, x, null);
            for (int t = start; t >= 0; t--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (Tensor next, Tensor x0) = Observed(run, compiled, rule, x, t, labels, request, draw with { Step = timesteps - t });
                x.Dispose();
                x = next;
                using (x0)
                {
                    yield return new SamplingState(start + 1 - t, t, x, x0);
                }
            }
        }
        finally
        {
            x.Dispose();
        }
    }

    private (Tensor Next, Tensor X0) Observed(SamplingRun run, IEpsilonModel compiled, StepRule rule, Tensor xt, int t, Tensor? labels, SamplingRequest request, NoiseRequest draw)
    {
        long started = SamplingRun.StepStarting();
        try
        {
            (Tensor Next, Tensor X0) step = Transition(compiled, rule, xt, t, labels, request, draw);
            run.StepDone(started, t == 0 ? draw.SampleIndices.Count : 0);
            return step;
        }
        catch (Exception exception) when (run.Failed(exception))
        {
            throw;
        }
    }

    private (Tensor Next, Tensor X0) Transition(IEpsilonModel compiled, StepRule rule, Tensor xt, int t, Tensor? labels, SamplingRequest request, NoiseRequest draw)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor output = Process.Predict(compiled, xt, t, labels);
        Tensor raw = Process.PredictX0(output, xt, t), x0 = Process.Options.Clipping.ApplyCore(raw);
        SamplingStepInfo? info = request.Hook is null ? null : new SamplingStepInfo(Process, t, xt, draw.SampleIndices);
        Tensor? replaced = request.Hook?.ReplaceX0(info!, x0);
        if (replaced is not null) x0 = Require.SameShape(replaced, xt);
        Tensor next = rule.Advance(new StepInput(output, xt, t, raw, x0, replaced is not null), () => request.Noise.Draw(draw));
        if (request.Hook?.ReplacePrevious(info!, next) is { } previous) next = Require.SameShape(previous, xt);
        NonFiniteException.ThrowIfNonFinite(next, "x_{t-1}", t, StepsOf(request) - t);
        // A step may hand x̂_0 on as x_0 itself, or leave x_t as it is.
        if (ReferenceEquals(next, x0) || ReferenceEquals(next, xt)) next = next.clone();
        return (next.DetachFromDisposeScope(), x0.DetachFromDisposeScope());
    }

    private static Tensor Rows(Tensor all, int[] positions, SamplingRequest request)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(positions.Select(position => (long)position).ToArray(), int64, all.device);
        return all.index_select(0, index).to(request.ElementType, request.Device).MoveToOuterDisposeScope();
    }
}
