using Ddpm.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Training, Algorithm 1 of Ho et al. 2020 (arXiv:2006.11239): draw x_0, t and ε, descend the gradient of
/// ‖ε - ε_θ(√ᾱ_t x_0 + √(1-ᾱ_t) ε, t)‖², with Adam, warm-up, gradient clipping and a moving average of the parameters.
/// </summary>
/// <remarks>
/// Timesteps, noise and dropout of step s are functions of (seed, s, place in the batch) alone: a run repeated on the same machine gives the
/// same bits. Not thread-safe. Dispose it to free the optimiser and the average; the network stays with the caller.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly nn.Module module;
    private readonly IEpsilonModel model;
    private readonly Objective objective;
    private readonly ITimestepSampler timesteps;
    private readonly Parameter[] parameters;
    private readonly AdamOptimizer optimizer;
    private readonly PerSampleNoise noise;
    private readonly Device device;
    private readonly ILogger logger;
    private string? batchIdentity;

    private Trainer(nn.Module module, IEpsilonModel model, Objective objective, ITimestepSampler timesteps, TrainingOptions options, ILogger logger)
    {
        this.module = module;
        this.model = model;
        this.logger = logger;
        Options = options.Validated();
        this.objective = objective;
        this.timesteps = timesteps;
        parameters = [.. module.parameters()];
        if (parameters.Length == 0) throw new ArgumentException("network must have parameters to train, but has none.", nameof(module));
        device = parameters[0].device;
        noise = new PerSampleNoise(RandomPurpose.Noise.Seed(options.Seed));
        optimizer = new AdamOptimizer(parameters, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.WeightDecay);
        Ema = new ExponentialMovingAverage(module, options.EmaDecay, options.EmaRamp);
    }

    /// <summary>How the network is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The moving average of the parameters: what one samples with.</summary>
    public ExponentialMovingAverage Ema { get; }

    /// <summary>Steps done.</summary>
    public long StepsDone { get; private set; }

    /// <summary>A trainer of a network. Move the network to its device first: moving replaces the parameters that the optimiser holds.</summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; it stays the caller's.</param>
    /// <param name="process">The process to train it for.</param>
    /// <param name="options">How; by default as the paper for CIFAR-10.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    public static Trainer Create<TNetwork>(TNetwork network, ReverseDiffusion process, TrainingOptions? options = null, ILogger<Trainer>? logger = null)
        where TNetwork : nn.Module, IEpsilonModel =>
        Create(network, new SimpleObjective(process), options, null, logger);

    /// <summary>A trainer of a network for any objective. Move the network to its device first: moving replaces the parameters that the optimiser holds.</summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; it stays the caller's.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="options">How; by default as the paper for CIFAR-10.</param>
    /// <param name="timesteps">Which timesteps each step trains; uniform by default.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    public static Trainer Create<TNetwork>(TNetwork network, Objective objective, TrainingOptions? options = null, ITimestepSampler? timesteps = null, ILogger<Trainer>? logger = null)
        where TNetwork : nn.Module, IEpsilonModel
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(objective);
        timesteps ??= new UniformTimesteps(objective.Process.Coefficients.Timesteps);
        return new Trainer(network, network, objective, timesteps, options ?? TrainingOptions.Default, logger ?? NullLogger<Trainer>.Instance);
    }

    /// <summary>Trains until <paramref name="totalSteps"/> steps are done.</summary>
    /// <param name="batches">Where the examples come from; batch n of accumulated k belongs to step n / k.</param>
    /// <param name="totalSteps">The number of steps since the network's start at which the run ends. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="checkpoints">Where checkpoints go, every so many steps, at the end and on cancellation; none by default.</param>
    /// <param name="cancellationToken">Ends the run after the present step. That is no error: the network and its average are whole, and a further call goes on from there.</param>
    /// <returns>Whether all steps were done; false when the run was cancelled.</returns>
    /// <exception cref="InvalidOperationException">The trainer was restored from a checkpoint of other batches; the message lists what differs.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before, and the last checkpoint is whole.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; those before are whole.</exception>
    public bool Run(IBatchSource batches, long totalSteps, IProgress<TrainingProgress>? progress = null, CheckpointStore? checkpoints = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        RequireSameBatches(batches.Identity);
        logger.TrainingStarted(StepsDone, totalSteps, batches.BatchSize * Options.Accumulation);
        var pace = new Pace(batches.BatchSize * Options.Accumulation);
        long saved = StepsDone;
        while (StepsDone < totalSteps && !cancellationToken.IsCancellationRequested)
        {
            Tensor[] x0 = [.. Enumerable.Range(0, Options.Accumulation).Select(part => batches.Batch(StepsDone * Options.Accumulation + part))];
            TrainingStep step;
            try
            {
                step = Step(x0);
            }
            finally
            {
                foreach (Tensor part in x0) part.Dispose();
            }

            pace.Tick();
            if (checkpoints is not null && StepsDone % checkpoints.Every == 0)
            {
                checkpoints.Save(this);
                saved = StepsDone;
            }

            progress?.Report(new TrainingProgress(StepsDone, totalSteps, step.Loss, step.GradientNorm, step.LearningRate, pace.ExamplesPerSecond, pace.Elapsed, pace.Remaining(totalSteps - StepsDone)));
        }

        if (saved != StepsDone) checkpoints?.Save(this);
        logger.TrainingEnded(StepsDone, totalSteps, pace.Elapsed);
        return StepsDone >= totalSteps;
    }

    /// <summary>One step of Algorithm 1.</summary>
    /// <param name="x0">The clean examples x_0, [B, …]; copied to the network's device where they are not there.</param>
    /// <returns>What the step did.</returns>
    /// <exception cref="ArgumentException"><paramref name="x0"/> does not fit the network.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before.</exception>
    public TrainingStep Step(Tensor x0)
    {
        ArgumentNullException.ThrowIfNull(x0);
        return Step([x0]);
    }

    /// <summary>One step of Algorithm 1 on the mean gradient of several batches of one size.</summary>
    /// <param name="x0">The clean examples of each batch, [B, …]; copied to the network's device where they are not there.</param>
    /// <returns>What the step did.</returns>
    /// <exception cref="ArgumentException">There is no batch, their sizes differ, or they do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The network holds its average, see <see cref="ExponentialMovingAverage.SwapIn"/>.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before.</exception>
    public TrainingStep Step(IReadOnlyList<Tensor> x0)
    {
        ArgumentNullException.ThrowIfNull(x0);
        if (x0.Count == 0 || x0.Any(batch => batch.dim() < 1 || batch.size(0) != x0[0].size(0))) throw new ArgumentException("x0 must have one or more batches of one size.", nameof(x0));
        if (Ema.IsSwapped) throw new InvalidOperationException("The network holds the average at the moment: dispose what SwapIn returned before training goes on.");
        using var scope = NewDisposeScope();
        long step = StepsDone;
        int run = checked((int)step), size = checked((int)x0[0].size(0));
        module.train();

        // Gradients of the mean loss at random t and ε, batch after batch.
        TimestepDraw draw = timesteps.Draw(RandomPurpose.Timestep.Seed(Options.Seed), run, size * x0.Count);
        optimizer.ZeroGradients();
        double lossValue = 0;
        for (int part = 0; part < x0.Count; part++) lossValue += Backward(x0[part], draw, part, x0.Count, step) / x0.Count;

        // Clipping. An infinite bound measures the norm and scales nothing.
        double norm = nn.utils.clip_grad_norm_(parameters, Options.GradientClip ?? double.PositiveInfinity);
        if (!double.IsFinite(norm)) throw new NonFiniteException($"The gradient's norm became {norm} at training step {step} (loss {lossValue}).");

        // Update.
        double learningRate = Options.LearningRateAt(step);
        optimizer.Step(learningRate);

        // Moving average.
        Ema.Update();
        StepsDone++;
        return new TrainingStep(step, lossValue, norm, learningRate);
    }

    /// <summary>Writes everything that a run consists of into a folder: network, average, optimiser, step, timestep sampler, and the settings that they belong to.</summary>
    /// <param name="folder">The folder, which must not exist; it appears when it is whole. <see cref="CheckpointStore"/> names and keeps several.</param>
    /// <exception cref="InvalidOperationException">The network holds its average, see <see cref="ExponentialMovingAverage.SwapIn"/>.</exception>
    /// <exception cref="IOException">The folder exists or cannot be written; nothing is left behind.</exception>
    public void SaveCheckpoint(string folder)
    {
        if (Ema.IsSwapped) throw new InvalidOperationException("The network holds the average at the moment: dispose what SwapIn returned before saving.");
        Checkpoint.Write(folder, State());
    }

    /// <summary>Goes back to a checkpoint: the run goes on bit for bit as it would have without an interruption, on the same machine.</summary>
    /// <param name="folder">What <see cref="SaveCheckpoint"/> wrote.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is missing or damaged, or is of another network, or settings that matter differ; the message lists them. Nothing has changed.</exception>
    public void RestoreCheckpoint(string folder)
    {
        if (Ema.IsSwapped) throw new InvalidOperationException("The network holds the average at the moment: dispose what SwapIn returned before restoring.");
        TrainingState state = State();
        (long step, long updates, string? batches) = Checkpoint.Read(folder, state);
        StepsDone = step;
        Ema.Updates = updates;
        batchIdentity = batches;
    }

    /// <summary>Frees the optimiser and the average; the network stays with the caller.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        Ema.Dispose();
    }

    // The loss of one batch, whose gradients are added to those of the batches before.
    private double Backward(Tensor x0, TimestepDraw draw, int part, int parts, long step)
    {
        using var scope = NewDisposeScope();
        int size = (int)x0.size(0), first = part * size;
        var slice = new TimestepDraw(draw.Timesteps.Slice(first, size), draw.Weights.Slice(first, size));
        long[] t = [.. slice.Timesteps];
        long[] places = [.. Enumerable.Range(first, size).Select(i => (long)i)];
        Tensor eps = noise.Draw(new NoiseRequest { SampleIndices = places, Step = checked((int)step), Shape = x0.shape, ElementType = x0.dtype, Device = device });
        // The first batch's seed is the step's own, so that one batch a step is as before there were several.
        (model as IStochasticModel)?.SeedStochasticLayers(RandomPurpose.Dropout.Seed(Options.Seed, step + (long)part * int.MaxValue));
        Tensor each = objective.Loss(model, x0.to(device), t, eps);
        Tensor loss = (each * tensor(slice.Weights.ToArray(), each.dtype, each.device)).mean();
        double value = loss.to(float64).item<double>();
        if (!double.IsFinite(value)) throw new NonFiniteException($"The loss became {value} at training step {step}; timesteps {string.Join(", ", t)}.");
        timesteps.Observe(slice, each.detach().to(float64, CPU).data<double>().ToArray());
        (parts == 1 ? loss : loss / parts).backward();
        return value;
    }

    private void RequireSameBatches(string identity)
    {
        if (batchIdentity is not null && batchIdentity != identity)
        {
            throw new InvalidOperationException($"The run must go on with the batches of its checkpoint, {batchIdentity}, but was given {identity}.");
        }

        batchIdentity = identity;
    }

    private TrainingState State() => new()
    {
        Module = module,
        Names = [.. module.named_parameters().Select(pair => pair.name)],
        Ema = Ema,
        Optimizer = optimizer,
        Timesteps = timesteps,
        StepsDone = StepsDone,
        Batches = batchIdentity,
        Settings = TrainingSettings.Of(Options, objective, timesteps),
    };
}
