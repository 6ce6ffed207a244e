using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// RePaint (Lugmayr et al. 2022, arXiv:2201.09865): fills in the unknown part of examples with a network that was not trained for it. In
/// every step the known part is drawn from q(x_{t-1} | x_0) and the rest from p_θ; going back and forth makes both agree. The known part
/// comes out exactly. Holds no tensor.
/// </summary>
public sealed class InpaintingSampler
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;
    private readonly InpaintingOptions options;
    private readonly ILogger logger;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it (the paper takes 250 steps).</param>
    /// <param name="options">How it goes back and forth. Default: as in the paper.</param>
    /// <param name="logger">Receives a warning where the process has too few steps for its variance. Default: no logging.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public InpaintingSampler(
        IEpsilonModel model, ReverseDiffusion process, InpaintingOptions? options = null, ILogger<InpaintingSampler>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.process = process;
        this.options = (options ?? InpaintingOptions.Default).Validated();
        this.logger = logger ?? NullLogger<InpaintingSampler>.Instance;
        this.logger.WarnOfGrain(process);
    }

    /// <summary>Fills in examples.</summary>
    /// <param name="x0">The examples, [B, …]; values in the unknown part have no effect, but must be finite.</param>
    /// <param name="known">A mask of the known elements, bool, broadcastable to <paramref name="x0"/>.</param>
    /// <param name="noise">The source of the noise; example k requests the noise of sample <paramref name="firstSample"/> + k.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The examples with the unknown part filled in; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the mask does not fit.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor Inpaint(
        Tensor x0,
        Tensor known,
        INoiseSource noise,
        long firstSample = 0,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstSample, 0);
        if (known.dtype != ScalarType.Bool) throw new ArgumentException($"known must hold bool, but holds {known.dtype}.", nameof(known));
        if (known.dim() > x0.dim() || Enumerable.Range(1, (int)known.dim()).Any(i => known.size(-i) != 1 && known.size(-i) != x0.size(-i)))
        {
            throw new ArgumentException(
                $"known must be broadcastable to the shape of x0, {Require.Shape(x0)}, but has {Require.Shape(known)}.",
                nameof(known));
        }

        model.RequireExamples(x0, nameof(x0));
        model.RequireLabels(labels, x0, nameof(labels));
        model.RequireEvaluationMode("samples", "before sampling");

        NoiseRequest draw = NoiseRequest.For(x0, firstSample, 0);
        long started = Stopwatch.GetTimestamp();
        using CompiledModel compiled = CompiledModel.Of(model, logger);
        using Tensor? classes = labels is null ? null : HostNumbers.On(x0.device, labels);
        using var path = new InpaintingPath(process, compiled.Model, options, x0, known, classes, noise, draw);
        using SamplingRun run = SamplingRun.Start(nameof(InpaintingSampler), path.Length, path.Samples, path.Samples, x0.shape[1..]);
        Tensor? filled = null;
        foreach (SamplingState state in SamplingLoop.Run(path, run, cancellationToken))
        {
            if (state.Step == 0) continue;
            bool finished = state.Step == path.Length;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            progress?.Report(new SamplingProgress(state.Step, path.Length, finished ? path.Samples : 0, path.Samples, elapsed));
            if (finished) filled = state.X.alias().DetachFromDisposeScope();
        }

        run.Completed();
        return filled!;
    }
}
