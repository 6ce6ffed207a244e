using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
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
/// <para>
/// With an <see cref="ICommunicator"/> of several ranks each trains on its share of every batch, the gradients are averaged, and every rank makes the same update: the run is that of one process but for
/// rounding, and may go on with another number of ranks. All ranks make the same calls, which are collective: creating a trainer (rank 0's parameters are everybody's), running, stepping, saving and restoring.
/// </para>
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly nn.Module module;
    private readonly IEpsilonModel model;
    private readonly Objective objective;
    private readonly ITimestepSampler timesteps;
    private readonly Parameter[] parameters;
    private readonly AdamOptimizer optimizer;
    private readonly ComputeParameters? compute;
    private readonly ImmutableArray<ExponentialMovingAverage> averages;
    private readonly INoiseSource noise;
    private readonly Device device;
    private readonly ILogger logger;
    private readonly GradientAverager? averager;
    private string? batchIdentity;

    private Trainer(nn.Module module, IEpsilonModel model, Objective objective, ITimestepSampler timesteps, INoiseSource? noise, TrainingOptions options, ILogger logger, ICommunicator communicator)
    {
        Communicator = communicator;
        this.module = module;
        this.model = model;
        this.logger = logger;
        Options = options.Validated();
        this.objective = objective;
        this.timesteps = timesteps;
        parameters = [.. module.parameters()];
        if (parameters.Length == 0) throw new ArgumentException("network must have parameters to train, but has none.", nameof(module));
        device = parameters[0].device;
        this.noise = noise ?? new PerSampleNoise(RandomPurpose.Noise.Seed(options.Seed));
        if (communicator.WorldSize > 1)
        {
            if (noise is StreamNoise) throw new ArgumentException($"noise must be a function of each example's place, such as {nameof(PerSampleNoise)}, for several ranks, but is {nameof(StreamNoise)}, which gives all the same.", nameof(noise));
            Replicas.Synchronize(module, communicator, TrainingSettings.Of(options, objective, timesteps));
            averager = new GradientAverager(parameters, communicator);
        }

        optimizer = AdamOptimizer.Create(parameters, options);
        compute = options.ComputeType is { } type ? new ComputeParameters(parameters, type) : null;
        averages = [.. options.Averages.Select(profile => new ExponentialMovingAverage(module, profile))];
    }

    /// <summary>How the network is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The processes that train together; <see cref="SingleProcess"/> where there is one.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>The network in training.</summary>
    public nn.Module Network => module;

    /// <summary>The process that the network is trained for.</summary>
    public ReverseDiffusion Process => objective.Process;

    /// <summary>The first moving average of the parameters: what one samples with.</summary>
    public ExponentialMovingAverage Ema => averages[0];

    /// <summary>All moving averages, as <see cref="TrainingOptions.Averages"/> has them.</summary>
    public IReadOnlyList<ExponentialMovingAverage> Averages => averages;

    /// <summary>Steps done.</summary>
    public long StepsDone { get; private set; }

    /// <summary>A trainer of a network. Move the network to its device first: moving replaces the parameters that the optimiser holds.</summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; it stays the caller's.</param>
    /// <param name="process">The process to train it for.</param>
    /// <param name="options">How; by default as the paper for CIFAR-10.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <param name="communicator">The processes that train together; one by itself by default. It stays the caller's.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create<TNetwork>(TNetwork network, ReverseDiffusion process, TrainingOptions? options = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
        where TNetwork : nn.Module, IEpsilonModel =>
        Create(network, new SimpleObjective(process), options, logger: logger, communicator: communicator);

    /// <summary>A trainer of a network for any objective. Move the network to its device first: moving replaces the parameters that the optimiser holds.</summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; it stays the caller's.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="options">How; by default as the paper for CIFAR-10.</param>
    /// <param name="timesteps">Which timesteps each step trains; uniform by default.</param>
    /// <param name="noise">Where ε comes from, asked with the place of each example in the step's batches and the step; by default a function of these and the seed. A source with a state of its own cannot be resumed.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <param name="communicator">The processes that train together; one by itself by default. It stays the caller's.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create<TNetwork>(TNetwork network, Objective objective, TrainingOptions? options = null, ITimestepSampler? timesteps = null, INoiseSource? noise = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
        where TNetwork : nn.Module, IEpsilonModel
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(objective);
        return Create(network, network, objective, options, timesteps, noise, logger, communicator);
    }

    /// <summary>A trainer of a network that is called through another model, such as a <see cref="RescaledTimeModel"/>. Move the network to its device first: moving replaces the parameters that the optimiser holds.</summary>
    /// <param name="network">The network, whose parameters are trained; it stays the caller's.</param>
    /// <param name="model">What is called in its stead.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="options">How; by default as the paper for CIFAR-10.</param>
    /// <param name="timesteps">Which timesteps each step trains; uniform by default.</param>
    /// <param name="noise">Where ε comes from, asked with the place of each example in the step's batches and the step; by default a function of these and the seed. A source with a state of its own cannot be resumed.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <param name="communicator">The processes that train together; one by itself by default. It stays the caller's.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create(nn.Module network, IEpsilonModel model, Objective objective, TrainingOptions? options = null, ITimestepSampler? timesteps = null, INoiseSource? noise = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(objective);
        timesteps ??= new UniformTimesteps(objective.Process.Coefficients.Timesteps);
        communicator ??= SingleProcess.Instance;
        return communicator.Together(() => new Trainer(network, model, objective, timesteps, noise, options ?? TrainingOptions.Default, logger ?? NullLogger<Trainer>.Instance, communicator));
    }

    /// <summary>Trains until <paramref name="totalSteps"/> steps are done.</summary>
    /// <param name="batches">Where the examples come from; batch n of accumulated k belongs to step n / k. A batch is that of all ranks together, each of which reads its part.</param>
    /// <param name="totalSteps">The number of steps since the network's start at which the run ends. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="hooks">What takes part in the run: a <see cref="CheckpointStore"/>, <see cref="MetricsLog"/>, <see cref="SampleGrids"/>, <see cref="AverageSnapshots"/>, your own.</param>
    /// <param name="cancellationToken">Ends the run after the present step, on all ranks if it does on one. That is no error: the network and its average are whole, and a further call goes on from there.</param>
    /// <returns>Whether all steps were done; false when the run was cancelled.</returns>
    /// <exception cref="ArgumentException">The examples or labels do not fit the network, or the ranks cannot share a batch equally; nothing has changed.</exception>
    /// <exception cref="DistributedException">The ranks were given different batches or hooks, or rank 0 could not write.</exception>
    /// <exception cref="InvalidOperationException">The trainer was restored from a checkpoint of other batches; the message says what differs.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before, and the last checkpoint is whole.</exception>
    /// <exception cref="IOException">A hook cannot write; checkpoints before are whole.</exception>
    public bool Run(IBatchSource batches, long totalSteps, IProgress<TrainingProgress>? progress = null, IEnumerable<ITrainingHook>? hooks = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        ITrainingHook[] all = [.. hooks ?? []];
        return Communicator.Together(() =>
        {
            IBatchSource own = RankBatches.Of(batches, Communicator);
            RankAgreement.Require(Communicator, "run", RunSettings(batches, totalSteps, all));
            RequireSameBatches(batches.Identity);
            int examples = batches.BatchSize * Options.Accumulation;
            using var run = new TrainingRun(StepsDone, totalSteps, examples);
            try
            {
                return Run(run, own, examples, totalSteps, progress, all, cancellationToken);
            }
            catch (Exception exception) when (run.Failed(exception))
            {
                throw;
            }
        });
    }

    /// <summary>One step of Algorithm 1.</summary>
    /// <param name="x0">The clean examples x_0, [B, …]; copied to the network's device where they are not there. They stay the caller's.</param>
    /// <returns>What the step did.</returns>
    /// <exception cref="ArgumentException"><paramref name="x0"/> does not fit the network.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before.</exception>
    public TrainingStep Step(Tensor x0)
    {
        ArgumentNullException.ThrowIfNull(x0);
        using var batch = new TrainingBatch(x0.alias());
        return Step([batch]);
    }

    /// <summary>One step of Algorithm 1 on the mean gradient of several batches of one size.</summary>
    /// <param name="batches">The batches, or this rank's share of them, of one size on all ranks; they stay the caller's.</param>
    /// <returns>What the step did.</returns>
    /// <exception cref="ArgumentException">There is no batch, their sizes differ, or they do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The network holds an average, see <see cref="ExponentialMovingAverage.SwapIn"/>.</exception>
    /// <exception cref="DistributedException">The ranks were given different numbers of examples.</exception>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before.</exception>
    public TrainingStep Step(IReadOnlyList<TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return Communicator.Together(() =>
        {
            if (batches.Count == 0 || batches.Any(batch => batch.X0.size(0) != batches[0].X0.size(0))) throw new ArgumentException("batches must be one or more of one size.", nameof(batches));
            RequireTrainedParameters("training goes on");
            return StepOn(batches);
        });
    }

    /// <summary>Writes everything that a run consists of into a folder: network, average, optimiser, step, timestep sampler, and the settings that they belong to. Rank 0 writes, and the others wait for it.</summary>
    /// <param name="folder">The folder, which must not exist; it appears when it is whole. <see cref="CheckpointStore"/> names and keeps several.</param>
    /// <exception cref="InvalidOperationException">The network holds its average, see <see cref="ExponentialMovingAverage.SwapIn"/>.</exception>
    /// <exception cref="IOException">The folder exists or cannot be written; nothing is left behind.</exception>
    public void SaveCheckpoint(string folder)
    {
        RequireTrainedParameters("saving");
        Communicator.OnFirstRank(() => WriteCheckpoint(folder));
    }

    /// <summary>
    /// Goes back to a checkpoint: the run goes on bit for bit as it would have without an interruption, on the same machine with the same number of ranks, and but for rounding on others. Rank 0 reads, and tells the others.
    /// </summary>
    /// <param name="folder">What <see cref="SaveCheckpoint"/> wrote.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is missing or damaged, or is of another network, or settings that matter differ; the message lists them. Nothing has changed.</exception>
    public void RestoreCheckpoint(string folder)
    {
        RequireTrainedParameters("restoring");
        TrainingState state = State();
        Communicator.OnFirstRank(() => (StepsDone, batchIdentity) = Checkpoint.Read(folder, state));
        if (Communicator.WorldSize > 1) (StepsDone, batchIdentity) = Replicas.Broadcast(state with { StepsDone = StepsDone, Batches = batchIdentity }, Communicator);
    }

    /// <summary>Frees the optimiser and the average; the network stays with the caller.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        averager?.Dispose();
        compute?.Dispose();
        foreach (ExponentialMovingAverage average in averages) average.Dispose();
    }

    /// <summary>Writes a checkpoint on this rank alone.</summary>
    internal void WriteCheckpoint(string folder)
    {
        RequireTrainedParameters("saving");
        Checkpoint.Write(folder, State());
    }

    private bool Run(TrainingRun run, IBatchSource batches, int examples, long totalSteps, IProgress<TrainingProgress>? progress, ITrainingHook[] hooks, CancellationToken cancellationToken)
    {
        logger.TrainingStarted(StepsDone, totalSteps, examples);
        foreach (ITrainingHook hook in hooks) hook.RunStarting(this);
        var pace = new Pace(examples);
        while (StepsDone < totalSteps && !Communicator.Any(cancellationToken.IsCancellationRequested))
        {
            long started = Stopwatch.GetTimestamp();
            TrainingStep step = NextStep(batches);
            run.StepDone(started, step.Loss);
            pace.Tick();
            var done = new TrainingProgress(StepsDone, totalSteps, step, pace.ExamplesPerSecond, pace.Elapsed, pace.Remaining(totalSteps - StepsDone));
            foreach (ITrainingHook hook in hooks) hook.StepDone(this, done);
            progress?.Report(done);
        }

        foreach (ITrainingHook hook in hooks) hook.RunEnded(this);
        if (StepsDone >= totalSteps) run.Completed();
        logger.TrainingEnded(StepsDone, totalSteps, pace.Elapsed);
        return StepsDone >= totalSteps;
    }

    private TrainingStep NextStep(IBatchSource source)
    {
        var batches = new List<TrainingBatch>();
        try
        {
            for (int part = 0; part < Options.Accumulation; part++) batches.Add(source.Batch(StepsDone * Options.Accumulation + part));
            return Step(batches);
        }
        finally
        {
            foreach (TrainingBatch batch in batches) batch.Dispose();
        }
    }

    private TrainingStep StepOn(IReadOnlyList<TrainingBatch> batches)
    {
        using var scope = NewDisposeScope();
        long step = StepsDone;
        RankShare share = RankShare.Of(batches, Communicator);
        module.train();

        // Gradients of the mean loss at random t and ε, batch after batch.
        TimestepDraw draw = timesteps.Draw(RandomPurpose.Timestep.Seed(Options.Seed), checked((int)step), share.BatchSize * batches.Count);
        (double[] masses, double meanMass) = Masses(batches, share.IsMasked);
        var losses = ImmutableArray.CreateBuilder<double>(share.Size * batches.Count);
        var drawn = ImmutableArray.CreateBuilder<long>(share.Size * batches.Count);
        double loss = 0;
        ClearGradients();
        for (int part = 0; part < batches.Count; part++)
        {
            var micro = new MicroBatch(batches[part], share, draw, masses, meanMass, part, step);
            drawn.AddRange(micro.Draw.Timesteps);
            loss += (compute is null ? Backward(micro, losses) : compute.Run(() => Backward(micro, losses))) / batches.Count;
        }

        // The mean of all ranks.
        Tensor?[] gradients = compute is null ? [.. parameters.Select(parameter => parameter.grad)] : [.. compute.Gradients];
        if (averager is not null) loss = averager.Average(gradients, loss);
        Observe(draw, losses, share);

        // Clipping as torch's clip_grad_norm_: by (norm + 1e-6)/limit where the norm exceeds the limit.
        double norm = optimizer.Norm(gradients);
        if (!double.IsFinite(norm)) throw new NonFiniteException($"The gradient's norm became {norm} at training step {step} (loss {loss}; timesteps {string.Join(", ", drawn)}).");
        double divisor = Options.GradientClip is { } limit ? Math.Max(1, (norm + 1e-6) / limit) : 1;

        // Update, and moving averages.
        double learningRate = Options.LearningRateAt(step);
        optimizer.Step(gradients, divisor, learningRate);
        foreach (ExponentialMovingAverage average in averages) average.Update(Options.FusedUpdates);
        StepsDone++;
        return new TrainingStep(step, loss, norm, learningRate, drawn.MoveToImmutable(), losses.MoveToImmutable());
    }

    // The loss of one batch, whose gradients are added to those of the batches before.
    private double Backward(MicroBatch micro, ImmutableArray<double>.Builder losses)
    {
        using var scope = NewDisposeScope();
        Tensor x0 = micro.Batch.X0.to(device);
        Tensor eps = noise.Draw(new NoiseRequest { SampleIndices = micro.Places, Step = checked((int)micro.Step), Shape = x0.shape, ElementType = x0.dtype, Device = device });
        SeedStochasticLayers(micro);
        Tensor each = objective.Loss(Model(micro), x0, micro.Draw.Timesteps.ToArray(), eps, micro.Batch.Mask?.to(device));
        Tensor loss = (each * tensor(micro.Weights, each.dtype, each.device)).mean();
        double value = loss.to(float64).item<double>();
        if (!double.IsFinite(value)) throw new NonFiniteException($"The loss became {value} at training step {micro.Step}; timesteps {string.Join(", ", micro.Draw.Timesteps)}.");
        double[] values = each.detach().to(float64, CPU).data<double>().ToArray();
        losses.AddRange(values);
        (micro.Parts == 1 ? loss : loss / micro.Parts).backward();
        return value;
    }

    // The model as this batch needs it: told its classes, computing in the type asked for.
    private IEpsilonModel Model(MicroBatch micro)
    {
        IEpsilonModel told = model;
        if (model is IConditionalEpsilonModel { ClassCount: > 0 } conditional)
        {
            if (micro.Batch.Labels is null) throw new ArgumentException($"The network knows {conditional.ClassCount} classes, but the batch has no labels: give the data set labels, or make the network without {nameof(IConditionalEpsilonModel.ClassCount)}.");
            double dropout = conditional.HasNullLabel ? Options.LabelDropout : 0;
            told = new ClassifiedModel(conditional, tensor(micro.KeptLabels(Options.Seed, dropout, conditional.ClassCount), int64, device));
        }

        return Options.ComputeType is { } type ? new ComputeModel(told, type) : told;
    }

    private void SeedStochasticLayers(MicroBatch micro)
    {
        if ((module as IStochasticModel ?? model as IStochasticModel) is not { } stochastic) return;
        long seed = micro.DropoutSeed(Options.Seed);
        if (Communicator.WorldSize == 1) stochastic.SeedStochasticLayers(seed);
        else stochastic.SeedStochasticLayers(seed, micro.Share.First, micro.Share.BatchSize);
    }

    // What the mask of each of this rank's examples weighs, and the mean over all ranks; empty where no batch has a mask.
    private (double[] Masses, double Mean) Masses(IReadOnlyList<TrainingBatch> batches, bool masked)
    {
        if (!masked) return ([], 1);
        using var scope = NewDisposeScope();
        double[] masses = [.. batches.SelectMany(batch => (batch.Mask ?? ones([1], float64)).to(float64, CPU).expand(batch.X0.shape).reshape(batch.X0.size(0), -1).sum([1]).data<double>().ToArray())];
        Tensor mean = tensor(masses.Average(), float64);
        Communicator.AverageInPlace(mean);
        double value = mean.item<double>();
        if (!(value > 0)) throw new ArgumentException("The mask must weigh at least one element of the step's batches, but is 0 everywhere.");
        return (masses, value);
    }

    // Samplers that learn from losses must learn the same on all ranks: from all losses, in the order of one process.
    private void Observe(TimestepDraw draw, ImmutableArray<double>.Builder losses, RankShare share)
    {
        if (timesteps is UniformTimesteps or StratifiedTimesteps) return;
        double[] own = [.. losses];
        if (Communicator.WorldSize == 1)
        {
            timesteps.Observe(draw, own);
            return;
        }

        double[][] all = Communicator.AllGather(own);
        timesteps.Observe(draw, [.. Enumerable.Range(0, draw.Timesteps.Length / share.BatchSize).SelectMany(part => all.SelectMany(rank => rank.Skip(part * share.Size).Take(share.Size)))]);
    }

    private SortedDictionary<string, string> RunSettings(IBatchSource batches, long totalSteps, ITrainingHook[] hooks) => new(StringComparer.Ordinal)
    {
        ["Batches"] = batches.Identity,
        ["Batch size"] = batches.BatchSize.ToString(CultureInfo.InvariantCulture),
        ["Steps done"] = StepsDone.ToString(CultureInfo.InvariantCulture),
        ["Total steps"] = totalSteps.ToString(CultureInfo.InvariantCulture),
        ["Hooks"] = string.Join(", ", hooks.Select(hook => hook.GetType().Name)),
    };

    private void ClearGradients()
    {
        if (compute is not null)
        {
            compute.Clear();
            return;
        }

        foreach (Parameter parameter in parameters)
        {
            using Tensor? gradient = parameter.grad;
            gradient?.zero_();
        }
    }

    private void RequireTrainedParameters(string before)
    {
        if (averages.Any(average => average.IsSwapped)) throw new InvalidOperationException($"The network holds the average at the moment: dispose what SwapIn returned before {before}.");
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
        Process = objective.Process,
        Averages = averages,
        Optimizer = optimizer,
        Timesteps = timesteps,
        StepsDone = StepsDone,
        Batches = batchIdentity,
        Settings = TrainingSettings.Of(Options, objective, timesteps),
    };
}
