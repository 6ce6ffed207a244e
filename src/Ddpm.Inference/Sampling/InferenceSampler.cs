using System.Diagnostics;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Samples a model without a tensor library: the steps of Core's samplers on plain memory, with the same scalars and the same noise, so
/// that one seed gives one picture in both. It keeps its compiled network and its threads from run to run; dispose it to free them. One
/// thread may use it at a time.
/// </summary>
public sealed class InferenceSampler : IDisposable
{
    private readonly InferenceModel model;
    private readonly ReverseProcess process;
    private readonly NetworkPredictor predictor;
    private readonly SamplerSteps? steps;
    private readonly Func<int, double>? noiseAt;
    private readonly LangevinSteps? langevin;
    private readonly InferenceModel? weak;

    internal InferenceSampler(InferenceModel model, SamplingMethod method, InferenceSamplerOptions options)
    {
        (this.model, Method) = (model, method);
        AnalyticVariances? analytic = options.Calibration is { } squares
            ? new AnalyticVariances(squares, nameof(InferenceSamplerOptions.Calibration))
            : null;
        int timesteps = model.Schedule.Timesteps;
        if (options.Steps < 1 || options.Steps > timesteps)
        {
            throw new ArgumentException($"Steps must be 1 … {timesteps}, the timesteps of the process, but is {options.Steps}.");
        }

        IVarianceSchedule schedule = options.Timesteps is { } visited
            ? new RespacedSchedule(model.Schedule, visited)
            : method.Respace(model.Schedule, options.Steps, options.Spacing);
        SpanVariance? variance = analytic is null || method != SamplingMethod.Ddpm
            ? null
            : new FixedSpanVariance(null, tables => analytic.StepLogVariances(tables.Coefficients, options.LastStepLimit));
        process = new ReverseProcess(model.Process, schedule, variance);
        (steps, noiseAt) = StepsOf(options, analytic);
        langevin = LangevinOf(options.Langevin);
        weak = options.WeakModel;
        weak?.RequireLike(model);
        predictor = new NetworkPredictor(
            model.Batches(options),
            weak?.Batches(options),
            model.Network.Conditions,
            model.OutChannels / model.Network.InChannels);
    }

    /// <summary>Gets the sampling method.</summary>
    public SamplingMethod Method { get; }

    /// <summary>Gets the tables of the sampled process: one timestep for each step.</summary>
    public DiffusionCoefficients Coefficients => process.Coefficients;

    /// <summary>Compiles the network for the batches of a request, so that the first run need not.</summary>
    /// <param name="request">The request. Default: one sample.</param>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    public void Prepare(InferenceRequest? request = null)
    {
        request ??= new InferenceRequest();
        int[] shape = Validate(request);
        int[] positions = [.. request.Positions().Take(request.BatchSize)];
        if (positions.Length > 0) predictor.Prepare(BatchOf(request, shape, positions));
    }

    /// <summary>Draws samples into new memory.</summary>
    /// <param name="request">The number of samples and the seed. Default: one sample of seed 0.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples one after the other, [Count, …] without those to skip.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public float[] Sample(
        InferenceRequest? request = null, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        request ??= new InferenceRequest();
        int[] shape = Validate(request);
        var samples = new float[Length(request, shape)];
        Fill(request, shape, samples, progress, cancellationToken);
        return samples;
    }

    /// <summary>Draws samples into the caller's memory.</summary>
    /// <param name="request">The number of samples and the seed.</param>
    /// <param name="samples">Receives the samples one after the other, [Count, …] without those to skip.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <exception cref="ArgumentException">The request is out of range, or the memory has another length.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; finished batches are in the memory.</exception>
    public void Sample(
        InferenceRequest request,
        Span<float> samples,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        int[] shape = Validate(request);
        long expected = Length(request, shape);
        if (samples.Length != expected)
        {
            throw new ArgumentException($"samples must hold {expected} numbers, but holds {samples.Length}.", nameof(samples));
        }

        Fill(request, shape, samples, progress, cancellationToken);
    }

    /// <summary>Draws samples and yields each batch when it is finished, so that any number needs the memory of one batch.</summary>
    /// <param name="request">The number of samples and the seed.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The batches.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IEnumerable<InferenceBatch> Batches(
        InferenceRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Draw(request, Validate(request), progress, cancellationToken)
            .Select(batch => new InferenceBatch([.. batch.Batch.Indices], batch.X.ToArray()));

    /// <summary>Draws one batch and shows every step of it, from the start to the finished samples.</summary>
    /// <param name="request">The number of samples and the seed, all in one batch.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The states; the memory of each lives until the next state is requested.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public IEnumerable<InferenceState> Steps(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        InferenceRequest whole = request with { BatchSize = Math.Max(request.Count, 1) };
        return Show(whole, Validate(whole), cancellationToken);
    }

    /// <summary>Frees the compiled network and ends its threads.</summary>
    public void Dispose() => predictor.Dispose();

    private (SamplerSteps? Steps, Func<int, double>? NoiseAt) StepsOf(InferenceSamplerOptions options, AnalyticVariances? analytic)
    {
        if (Method == SamplingMethod.Ddpm || Method == SamplingMethod.PredictorCorrector) return (process.AncestralSteps, null);
        if (Method == SamplingMethod.Langevin) return (null, null);
        if (Method == SamplingMethod.DpmSolver) return (new DpmSolverSteps(Coefficients), null);
        if (Method == SamplingMethod.Pndm || Method == SamplingMethod.UniPc)
        {
            PndmSteps.RequireSignal(Coefficients, "process");
            return (Method == SamplingMethod.Pndm ? new PndmSteps(Coefficients) : new UniPcSteps(Coefficients), null);
        }

        var ddim = new DdimSteps(Coefficients, options.Eta, options.RederiveNoise);
        if (analytic is null) return (ddim, null);
        double[] noise = [.. Enumerable.Range(0, Coefficients.Timesteps).Select(analytic.DdimNoise(ddim))];
        return (ddim, t => noise[t]);
    }

    private LangevinSteps? LangevinOf(LangevinOptions? options)
    {
        bool anneals = Method == SamplingMethod.Langevin;
        if (anneals) PndmSteps.RequireSignal(Coefficients, "process");
        else if (Method != SamplingMethod.PredictorCorrector) return null;
        return new LangevinSteps(Coefficients, options ?? (anneals ? LangevinOptions.Annealing(Coefficients) : LangevinOptions.Corrector));
    }

    private int[] Validate(InferenceRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Validate(model, weak, Method, Coefficients.Timesteps);
    }

    private SpanBatch BatchOf(InferenceRequest request, int[] shape, int[] positions) =>
        new(request, model.Network, shape, positions, autoguided: weak is not null);

    private static long Length(InferenceRequest request, int[] shape) =>
        shape.Aggregate((long)request.Positions().Length, (product, size) => product * size);

    private void Fill(
        InferenceRequest request,
        int[] shape,
        Span<float> samples,
        IProgress<SamplingProgress>? progress,
        CancellationToken cancellationToken)
    {
        foreach ((_, ReadOnlyMemory<float> x) in Draw(request, shape, progress, cancellationToken))
        {
            x.Span.CopyTo(samples);
            samples = samples[x.Length..];
        }
    }

    private IEnumerable<(SpanBatch Batch, ReadOnlyMemory<float> X)> Draw(
        InferenceRequest request, int[] shape, IProgress<SamplingProgress>? progress, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        SpanBatch[] batches =
            [.. request.Positions().Chunk(request.BatchSize).Select(positions => BatchOf(request, shape, positions))];
        if (batches.Length == 0) yield break;
        int total = batches.Sum(batch => batch.Rows), samplesDone = 0;
        long stepsDone = 0;
        var run = new SpanRun(PathOf(request, batches[0]), batches[0].Length, shape);
        foreach (SpanBatch batch in batches)
        {
            foreach (InferenceState state in run.Run(batch, cancellationToken))
            {
                if (state.Step == 0) continue;
                bool finished = state.Step == run.Length;
                if (finished || state.Step % request.PreviewEvery == 0) request.Preview?.Invoke(state);
                if (finished) samplesDone += batch.Rows;
                TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
                progress?.Report(new SamplingProgress(++stepsDone, (long)batches.Length * run.Length, samplesDone, total, elapsed));
                if (finished) yield return (batch, state.X);
            }
        }
    }

    private IEnumerable<InferenceState> Show(InferenceRequest request, int[] shape, CancellationToken cancellationToken)
    {
        int[] positions = request.Positions();
        if (positions.Length == 0) yield break;
        var batch = BatchOf(request, shape, positions);
        var run = new SpanRun(PathOf(request, batch), batch.Length, shape);
        foreach (InferenceState state in run.Run(batch, cancellationToken)) yield return state;
    }

    private SpanPath PathOf(InferenceRequest request, SpanBatch largest)
    {
        var step = new ReverseStep(process, steps, noiseAt, largest.Length, largest.Elements);
        LangevinSpans? moves = langevin is null
            ? null
            : new LangevinSpans(langevin, anneals: Method == SamplingMethod.Langevin, largest.Length);
        return request.Inpainting is { } inpainting
            ? new InpaintingSpanPath(process, predictor, step, inpainting, largest.Length)
            : new ReverseSpanPath(process, predictor, step, moves, request.Start);
    }
}
