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
    private readonly Adam optimizer;
    private readonly PerSampleNoise noise;
    private readonly Device device;
    private readonly ILogger logger;

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
        optimizer = optim.Adam(parameters, options.LearningRate, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon);
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
    /// <param name="batches">Where the examples come from.</param>
    /// <param name="totalSteps">The number of steps since the network's start at which the run ends. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Ends the run after the present step. That is no error: the network and its average are whole, and a further call goes on from there.</param>
    /// <returns>Whether all steps were done; false when the run was cancelled.</returns>
    /// <exception cref="NonFiniteException">The loss or the gradients became NaN or infinite; the parameters are those of the step before.</exception>
    public bool Run(IBatchSource batches, long totalSteps, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        logger.TrainingStarted(StepsDone, totalSteps, batches.BatchSize);
        var pace = new Pace(batches.BatchSize);
        while (StepsDone < totalSteps && !cancellationToken.IsCancellationRequested)
        {
            using Tensor x0 = batches.Batch(StepsDone);
            TrainingStep step = Step(x0);
            pace.Tick();
            progress?.Report(new TrainingProgress(StepsDone, totalSteps, step.Loss, step.GradientNorm, step.LearningRate, pace.ExamplesPerSecond, pace.Elapsed, pace.Remaining(totalSteps - StepsDone)));
        }

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
        using var scope = NewDisposeScope();
        long step = StepsDone;
        module.train();

        // Gradients of the mean loss at random t and ε.
        (TimestepDraw draw, Tensor eps) = Draw(x0, step);
        long[] t = [.. draw.Timesteps];
        (model as IStochasticModel)?.SeedStochasticLayers(RandomPurpose.Dropout.Seed(Options.Seed, step));
        optimizer.zero_grad();
        Tensor each = objective.Loss(model, x0.to(device), t, eps);
        Tensor loss = (each * tensor(draw.Weights.ToArray(), each.dtype, each.device)).mean();
        double lossValue = loss.to(float64).item<double>();
        if (!double.IsFinite(lossValue)) throw new NonFiniteException($"The loss became {lossValue} at training step {step}; timesteps {string.Join(", ", t)}.");
        timesteps.Observe(draw, each.detach().to(float64, CPU).data<double>().ToArray());
        loss.backward();

        // Clipping. An infinite bound measures the norm and scales nothing.
        double norm = nn.utils.clip_grad_norm_(parameters, Options.GradientClip ?? double.PositiveInfinity);
        if (!double.IsFinite(norm)) throw new NonFiniteException($"The gradient's norm became {norm} at training step {step} (loss {lossValue}).");

        // Update.
        double learningRate = Options.LearningRateAt(step);
        foreach (var group in optimizer.ParamGroups) group.LearningRate = learningRate;
        optimizer.step();

        // Moving average.
        Ema.Update();
        StepsDone++;
        return new TrainingStep(step, lossValue, norm, learningRate);
    }

    /// <summary>Frees the optimiser and the average; the network stays with the caller.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        Ema.Dispose();
    }

    private (TimestepDraw Draw, Tensor Eps) Draw(Tensor x0, long step)
    {
        int run = checked((int)step), count = checked((int)x0.size(0));
        TimestepDraw draw = timesteps.Draw(RandomPurpose.Timestep.Seed(Options.Seed), run, count);
        long[] places = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        Tensor eps = noise.Draw(new NoiseRequest { SampleIndices = places, Step = run, Shape = x0.shape, ElementType = x0.dtype, Device = device });
        return (draw, eps);
    }
}
