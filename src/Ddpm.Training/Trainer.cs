using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Trains a network by Algorithm 1 of Ho et al. 2020 (arXiv:2006.11239): it draws x_0, t and ε and descends the gradient of ‖ε - ε_θ(√ᾱ_t
/// x_0 + √(1-ᾱ_t) ε, t)‖², with Adam, warm-up, gradient clipping and a moving average of the parameters.
/// </summary>
/// <remarks>
/// Timesteps, noise and dropout of step s are functions of (seed, s, place in the batch) alone: a run repeated on the same machine gives
/// the same bits. One thread uses it; a second run of one network at once is refused. Dispose it to free the optimiser and the average;
/// the network stays with the caller.
/// <para>
/// With an <see cref="ICommunicator"/> of several ranks each trains on its share of every batch, the gradients are averaged, and every
/// rank makes the same update: the run is that of one process to rounding, and may be resumed with another number of ranks. All
/// ranks make the same calls, which are collective: creating a trainer (all ranks start from rank 0's parameters), running, stepping,
/// saving and restoring.
/// </para>
/// </remarks>
public sealed partial class Trainer : IDisposable
{
    private readonly TrainerSettings settings;
    private readonly GradientStep gradient;
    private readonly RunningHooks hooks = new();
    private string? batchIdentity;
    private bool disposed;

    private Trainer(TrainerSettings settings)
    {
        this.settings = settings;
        gradient = new GradientStep(settings);
    }

    /// <summary>Gets how the network is trained, with the decay that the run follows now.</summary>
    public TrainingOptions Options => settings.Current;

    /// <summary>Gets the processes that train together; <see cref="SingleProcess"/> for a single one.</summary>
    public ICommunicator Communicator => settings.Communicator;

    /// <summary>Gets the network in training.</summary>
    public nn.Module Network => settings.Network;

    /// <summary>Gets the process that the network is trained for.</summary>
    public ReverseDiffusion Process => settings.Objective.Process;

    /// <summary>Gets the first moving average of the parameters, which draws samples.</summary>
    public ExponentialMovingAverage Ema => gradient.Averages[0];

    /// <summary>Gets all moving averages, in the order of <see cref="TrainingOptions.Averages"/>.</summary>
    public IReadOnlyList<ExponentialMovingAverage> Averages => gradient.Averages;

    /// <summary>Gets the number of steps done.</summary>
    public long StepsDone { get; private set; }

    /// <summary>
    /// Creates a trainer of a network. Move the network to its device first: moving replaces the parameters that the optimiser holds.
    /// </summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; the caller keeps it.</param>
    /// <param name="process">The process to train it for.</param>
    /// <param name="options">The training options. Default: <see cref="TrainingOptions.Default"/>.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <param name="communicator">The processes that train together; the caller keeps it. Default: a single process.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create<TNetwork>(
        TNetwork network, ReverseDiffusion process, TrainingOptions? options = null, ILogger<Trainer>? logger = null,
        ICommunicator? communicator = null)
        where TNetwork : nn.Module, IEpsilonModel =>
        Create(network, new SimpleObjective(process), options, logger: logger, communicator: communicator);

    /// <summary>
    /// Creates a trainer of a network for any objective. Move the network to its device first: moving replaces the parameters that the
    /// optimiser holds.
    /// </summary>
    /// <typeparam name="TNetwork">The network's type.</typeparam>
    /// <param name="network">The network; the caller keeps it.</param>
    /// <param name="objective">The objective to minimise.</param>
    /// <param name="options">The training options. Default: <see cref="TrainingOptions.Default"/>.</param>
    /// <param name="timesteps">The sampler of the timesteps of each step. Default: uniform.</param>
    /// <param name="noise">
    /// Draws ε from the place of each example in the step's batches and the step. Default: a function of these and the seed. A run with a
    /// source that has internal state cannot be resumed.
    /// </param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <param name="communicator">The processes that train together; the caller keeps it. Default: a single process.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create<TNetwork>(
        TNetwork network, Objective objective, TrainingOptions? options = null, ITimestepSampler? timesteps = null,
        INoiseSource? noise = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
        where TNetwork : nn.Module, IEpsilonModel =>
        Create(network, network, objective, options, timesteps, noise, logger, communicator);

    /// <summary>
    /// Creates a trainer of a network that is called through another model, such as a <see cref="RescaledTimeModel"/>. Move the network
    /// to its device first: moving replaces the parameters that the optimiser holds.
    /// </summary>
    /// <param name="network">The network, whose parameters are trained; the caller keeps it.</param>
    /// <param name="model">The model that calls the network.</param>
    /// <param name="objective">The objective to minimise.</param>
    /// <param name="options">The training options. Default: <see cref="TrainingOptions.Default"/>.</param>
    /// <param name="timesteps">The sampler of the timesteps of each step. Default: uniform.</param>
    /// <param name="noise">
    /// Draws ε from the place of each example in the step's batches and the step. Default: a function of these and the seed. A run with a
    /// source that has internal state cannot be resumed.
    /// </param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <param name="communicator">The processes that train together; the caller keeps it. Default: a single process.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no parameters.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public static Trainer Create(
        nn.Module network, IEpsilonModel model, Objective objective, TrainingOptions? options = null, ITimestepSampler? timesteps = null,
        INoiseSource? noise = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(objective);
        communicator ??= SingleProcess.Instance;
        return communicator.Together(() =>
            new Trainer(TrainerSettings.Of(network, model, objective, options, timesteps, noise, logger, communicator)));
    }

    /// <summary>Trains until <paramref name="totalSteps"/> steps are done.</summary>
    /// <param name="batches">
    /// The examples; batch n of accumulated k belongs to step n / k. A batch belongs to all ranks together, and each rank reads its part.
    /// </param>
    /// <param name="totalSteps">The number of steps since the network's start at which the run ends. Range: ≥ 0.</param>
    /// <param name="progress">Receives every step, after the hooks. Default: none.</param>
    /// <param name="hooks">
    /// The hooks of the run, such as a <see cref="CheckpointStore"/>, <see cref="MetricsLog"/>, <see cref="SampleGrids"/>,
    /// <see cref="AverageSnapshots"/> or your own. Each step calls them in this order, a <see cref="CheckpointStore"/> after all others.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends the run after the current step, on all ranks if it is cancelled on one. Cancellation is not an error: the network and its
    /// average are whole, and another call resumes from there.
    /// </param>
    /// <returns>Whether all steps were done; false when the run was cancelled.</returns>
    /// <exception cref="ArgumentException">
    /// The examples or labels do not fit the network, or the ranks cannot share a batch equally; nothing has changed.
    /// </exception>
    /// <exception cref="DistributedException">The ranks were given different batches or hooks, or rank 0 could not write.</exception>
    /// <exception cref="InvalidOperationException">
    /// The trainer was restored from a checkpoint of other batches; the message says what differs. Or the network is in training already,
    /// by this trainer or another.
    /// </exception>
    /// <exception cref="NonFiniteException">
    /// The loss or the gradients became NaN or infinite; the parameters are those of the step before, and the last checkpoint is whole.
    /// </exception>
    /// <exception cref="IOException">A hook cannot write, or another run has its folder; earlier checkpoints are whole.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    public bool Run(
        IBatchSource batches, long totalSteps, IProgress<TrainingProgress>? progress = null, IEnumerable<ITrainingHook>? hooks = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        ObjectDisposedException.ThrowIf(disposed, this);
        ITrainingHook[] ordered = [.. (hooks ?? []).OrderBy(hook => hook is ICheckpointHook)];
        using var own = NetworkInTraining.Enter(Network);
        return Communicator.Together(() =>
        {
            var loop = new TrainingLoop
            {
                Trainer = this,
                Batches = RankBatches.Of(batches, Communicator),
                BatchSize = batches.BatchSize,
                TotalSteps = totalSteps,
                Hooks = ordered,
                LearningRate = settings.LearningRate,
                RunningHooks = this.hooks,
                Progress = progress,
                Logger = settings.Logger,
            };
            loop.RequireAgreement();
            RequireSameBatches(batches.Identity);
            return loop.Run(cancellationToken);
        });
    }

    /// <summary>Takes one step of Algorithm 1.</summary>
    /// <param name="x0">The clean examples x_0, [B, …]; copied to the network's device if needed. The caller keeps them.</param>
    /// <returns>The result of the step.</returns>
    /// <exception cref="ArgumentException"><paramref name="x0"/> does not fit the network.</exception>
    /// <exception cref="NonFiniteException">
    /// The loss or the gradients became NaN or infinite; the parameters are those of the step before.
    /// </exception>
    public TrainingStep Step(Tensor x0)
    {
        ArgumentNullException.ThrowIfNull(x0);
        using var batch = new TrainingBatch(x0.alias());
        return Step([batch]);
    }

    /// <summary>Takes one step of Algorithm 1 on the mean gradient of several batches of one size.</summary>
    /// <param name="batches">The batches, or this rank's share of them, of one size on all ranks; the caller keeps them.</param>
    /// <returns>The result of the step.</returns>
    /// <exception cref="ArgumentException">There is no batch, their sizes differ, or they do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network holds an average, see <see cref="ExponentialMovingAverage.SwapIn"/>, or is in training already.
    /// </exception>
    /// <exception cref="DistributedException">The ranks were given different numbers of examples.</exception>
    /// <exception cref="NonFiniteException">
    /// The loss or the gradients became NaN or infinite; the parameters are those of the step before.
    /// </exception>
    public TrainingStep Step(IReadOnlyList<TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ObjectDisposedException.ThrowIf(disposed, this);
        using var own = NetworkInTraining.Enter(Network);
        return Communicator.Together(() => StepOn(batches));
    }

    /// <summary>Frees the optimiser and the average; the network stays with the caller.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        gradient.Dispose();
    }

    /// <summary>Makes a step on batches of one size; collective.</summary>
    internal TrainingStep StepOn(IReadOnlyList<TrainingBatch> batches)
    {
        if (batches.Count == 0 || batches.Any(batch => batch.X0.size(0) != batches[0].X0.size(0)))
        {
            throw new ArgumentException("batches must be one or more of one size.", nameof(batches));
        }

        RequireTrainedParameters("training continues");
        TrainingStep step = gradient.StepOn(StepsDone, batches);
        StepsDone++;
        return step;
    }

    private void RequireSameBatches(string identity)
    {
        batchIdentity ??= identity;
        if (batchIdentity == identity) return;
        throw new InvalidOperationException(
            $"The run must go on with the batches of its checkpoint, {batchIdentity}, but was given {identity}.");
    }
}
