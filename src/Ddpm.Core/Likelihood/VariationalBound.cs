using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the variational bound L_T + Σ L_{t-1} + L_0 on the negative log-likelihood in bits/dim, and the rate–distortion curve of
/// progressive coding (Ho et al. 2020, arXiv:2006.11239, eq. 5 and sec. 4.3), with one call of the network for each timestep of the
/// process. With a <see cref="RespacedSchedule"/> it is the bound of the shorter process. It holds no tensor.
/// </summary>
public sealed class VariationalBound
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;
    private readonly ILogger logger;

    /// <summary>Creates the bound of a trained network's process.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="options">How it is evaluated. Default: with the paper's decoder.</param>
    /// <param name="logger">Receives the start and end of each evaluation. Default: no logging.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public VariationalBound(IEpsilonModel model, ReverseDiffusion process, BoundOptions? options = null,
        ILogger<VariationalBound>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.process = process;
        this.logger = logger ?? NullLogger<VariationalBound>.Instance;
        Options = (options ?? BoundOptions.Default).Validated();
    }

    /// <summary>Gets how the bound is evaluated.</summary>
    public BoundOptions Options { get; }

    /// <summary>Gets the process that the bound belongs to.</summary>
    public ReverseDiffusion Process => process;

    /// <summary>Computes every term of one batch with one draw of noise.</summary>
    /// <param name="x0">The clean examples x_0, [B, …]; in [-1, 1] for pixels.</param>
    /// <param name="noise">Where the noise comes from. Timestep t of draw d asks for step d T + t.</param>
    /// <param name="firstExample">The number of the first example, which the noise depends on. Range: ≥ 0.</param>
    /// <param name="draw">Which draw d this is. Range: ≥ 0.</param>
    /// <param name="cancellationToken">Stops the evaluation within one step.</param>
    /// <returns>The terms; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; all intermediate tensors are freed.</exception>
    public BoundTerms Terms(Tensor x0, INoiseSource noise, long firstExample = 0, int draw = 0,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstExample, 0);
        Require.AtLeast(draw, 0);
        model.RequireEvaluationMode("the bound");
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        return Terms(compiled.Model, x0, noise, firstExample, draw, static () => { }, cancellationToken);
    }

    /// <summary>Computes the bound over a set of examples, batch by batch.</summary>
    /// <param name="data">The clean examples x_0, [N, …]; in [-1, 1] for pixels.</param>
    /// <param name="noise">Where the noise comes from; example k requests the noise of sample k.</param>
    /// <param name="progress">Receives the state after every call of the network.</param>
    /// <param name="cancellationToken">Stops the evaluation within one step.</param>
    /// <returns>Means with their standard errors, equal to rounding for every batch size.</returns>
    /// <exception cref="ArgumentException"><paramref name="data"/> is empty or does not hold floating-point numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; all intermediate tensors are freed.</exception>
    public BoundReport Evaluate(Tensor data, INoiseSource noise, IProgress<BoundProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        long count = Require.Batch(data).size(0), batches = (count + Options.BatchSize - 1) / Options.BatchSize;
        return Evaluate(Split(data, count), noise, NewAccumulator(), batches * Options.Draws * process.Coefficients.Timesteps, progress,
            cancellationToken);
    }

    /// <summary>Computes the bound over a set of examples that comes in batches, so that the set need not fit in memory.</summary>
    /// <param name="batches">Batches [B, …] of clean examples. One is read before the next is requested; the source keeps them.</param>
    /// <param name="noise">Where the noise comes from; example k of the set asks as sample k.</param>
    /// <param name="progress">Receives the state after every call of the network.</param>
    /// <param name="cancellationToken">Stops the evaluation within one step.</param>
    /// <returns>Means with their standard errors.</returns>
    /// <exception cref="ArgumentException">There is no example, or a batch does not hold floating-point numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; all intermediate tensors are freed.</exception>
    public BoundReport Evaluate(IEnumerable<Tensor> batches, INoiseSource noise, IProgress<BoundProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Evaluate(batches, noise, NewAccumulator(), null, progress, cancellationToken);

    /// <summary>Adds one batch of examples to an evaluation, for evaluations that are resumed or spread over processes.</summary>
    /// <param name="accumulator">The sums so far, to which the batch is added when all its terms are computed.</param>
    /// <param name="x0">The clean examples, [B, …]; the caller keeps them.</param>
    /// <param name="noise">Where the noise comes from; example k of the set asks as sample k.</param>
    /// <param name="firstExample">The number k of the first example in the set. Range: ≥ 0.</param>
    /// <param name="stepped">Called after every call of the network.</param>
    /// <param name="cancellationToken">Stops the evaluation within one step.</param>
    /// <exception cref="ArgumentException">
    /// The batch does not hold floating-point numbers, or the accumulator has another number of timesteps or draws.
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite; the accumulator has not changed.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; the accumulator has not changed.</exception>
    public void Accumulate(BoundAccumulator accumulator, Tensor x0, INoiseSource noise, long firstExample, Action? stepped = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(accumulator);
        ArgumentNullException.ThrowIfNull(noise);
        Require.Batch(x0);
        Require.AtLeast(firstExample, 0);
        model.RequireEvaluationMode("the bound");
        if (accumulator.Timesteps != process.Coefficients.Timesteps || accumulator.Draws != Options.Draws)
        {
            throw new ArgumentException($"accumulator must be of {process.Coefficients.Timesteps} timesteps and {Options.Draws} draws, " +
                $"but is of {accumulator.Timesteps} and {accumulator.Draws}.", nameof(accumulator));
        }

        using CompiledModel compiled = CompiledModel.Of(model, logger);
        Accumulate(compiled.Model, accumulator, x0, noise, firstExample, stepped ?? (static () => { }), cancellationToken);
    }

    /// <summary>Creates sums of no examples for this bound.</summary>
    /// <returns>The accumulator.</returns>
    public BoundAccumulator NewAccumulator() => new(process.Coefficients.Timesteps, Options.Draws);

    private void Accumulate(IEpsilonModel compiled, BoundAccumulator accumulator, Tensor x0, INoiseSource noise, long firstExample,
        Action stepped, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        Tensor batch = x0.to(Options.Device);
        BoundTerms[] draws = [.. Enumerable.Range(0, Options.Draws)
            .Select(draw => Terms(compiled, batch, noise, firstExample, draw, stepped, cancellationToken))];
        accumulator.Add(draws);
    }

    private BoundReport Evaluate(IEnumerable<Tensor> batches, INoiseSource noise, BoundAccumulator accumulator, long? stepsTotal,
        IProgress<BoundProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(noise);
        model.RequireEvaluationMode("the bound");
        logger.BoundStarted(process.Coefficients.Timesteps, Options.Draws);
        long started = Stopwatch.GetTimestamp(), steps = 0;
        void Stepped() => progress?.Report(new BoundProgress(++steps, stepsTotal, accumulator.Examples, Stopwatch.GetElapsedTime(started)));
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        foreach (Tensor batch in batches)
        {
            Accumulate(compiled.Model, accumulator, Require.Batch(batch), noise, accumulator.Examples, Stepped, cancellationToken);
        }

        if (accumulator.Examples == 0) throw new ArgumentException("batches must have at least 1 example, but have none.", nameof(batches));
        BoundReport report = accumulator.Report();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.BoundFinished(report.Examples, report.Total.Mean, report.Total.StandardError, elapsed.TotalSeconds);
        return report;
    }

    private BoundTerms Terms(IEpsilonModel compiled, Tensor x0, INoiseSource noise, long firstExample, int draw, Action stepped,
        CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int timesteps = process.Coefficients.Timesteps;
        NoiseRequest request = new()
        {
            SampleIndices = [.. Enumerable.Range(0, checked((int)x0.size(0))).Select(k => firstExample + k)],
            Step = 0,
            Shape = x0.shape,
            ElementType = x0.dtype,
            Device = x0.device,
        };
        Tensor terms = zeros([x0.size(0), timesteps], float64), x0Errors = zeros_like(terms), noiseErrors = zeros_like(terms);
        // In the order of sampling, so that what is known first is computed first.
        for (int t = timesteps - 1; t >= 0; t--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Tensor eps = noise.Draw(request with { Step = checked(draw * timesteps + t) });
            Tensor xt = process.Forward.Sample(x0, t, eps);
            ReverseMoments moments = process.Moments(process.Predict(compiled, xt, t), xt, t, process.Options.Clipping);
            Tensor term = BoundTerm.BitsPerDim(process, Options.Decoder, moments, x0, xt, t);
            NonFiniteException.ThrowIfNonFinite(term, "The bound's term", t);
            Write(terms, t, term);
            Write(x0Errors, t, MeanSquare(moments.X0 - x0));
            Write(noiseErrors, t, MeanSquare(process.Forward.Noise(moments.X0, xt, t) - eps));
            stepped();
        }

        Tensor prior = process.Forward.PriorDivergence(x0).to(float64, CPU);
        Tensor total = prior.Plus(terms.sum([1]));
        return new BoundTerms(total.MoveToOuterDisposeScope(), prior.MoveToOuterDisposeScope(), terms.MoveToOuterDisposeScope(),
            x0Errors.MoveToOuterDisposeScope(), noiseErrors.MoveToOuterDisposeScope());
    }

    private IEnumerable<Tensor> Split(Tensor data, long count)
    {
        for (long first = 0; first < count; first += Options.BatchSize)
        {
            using Tensor batch = data.narrow(0, first, Math.Min(Options.BatchSize, count - first));
            yield return batch;
        }
    }

    private static Tensor MeanSquare(Tensor difference) => difference.Square().reshape(difference.size(0), -1).mean([1]);

    private static void Write(Tensor table, int t, Tensor column) => table.select(1, t).copy_(column);
}
