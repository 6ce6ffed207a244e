using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Writes the numbers of a run at fixed intervals of steps: loss (the mean since the last time), gradient_norm (mean) and
/// gradient_norm_max, learning_rate, and loss_t0_99 and so on, the mean loss of each interval of timesteps. Of several ranks the first
/// writes; the losses are those of all ranks' examples, combined when a row is written.
/// </summary>
/// <remarks>
/// The sums of the row in progress are in checkpoints: a killed and resumed run writes the same bytes as an uninterrupted one.
/// <see cref="PaceLog"/> writes the numbers that depend on the clock.
/// </remarks>
public sealed class MetricsLog : IResumableHook, IPeriodicHook, IExclusiveHook, IDisposable
{
    private readonly MetricWriters writers;
    private readonly int buckets;
    private TimestepLosses? losses;
    private long steps;
    private double loss;
    private double norm;
    private double largestNorm;

    /// <summary>Creates a log that begins with the next run.</summary>
    /// <param name="every">How many steps lie between two rows. Range: ≥ 1.</param>
    /// <param name="writers">The writers of the numbers; disposed with the log.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is below 1.</exception>
    public MetricsLog(int every, params IMetricWriter[] writers)
        : this(every, 10, writers)
    {
    }

    /// <summary>Creates a log that begins with the next run.</summary>
    /// <param name="every">How many steps lie between two rows. Range: ≥ 1.</param>
    /// <param name="timestepBuckets">The number of timestep intervals with a separate loss; at most T. Range: ≥ 1.</param>
    /// <param name="writers">The writers of the numbers; disposed with the log.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public MetricsLog(int every, int timestepBuckets, params IMetricWriter[] writers)
    {
        ArgumentNullException.ThrowIfNull(writers);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timestepBuckets, 1);
        Every = every;
        buckets = timestepBuckets;
        this.writers = new MetricWriters(writers);
    }

    /// <summary>Gets how many steps lie between two rows.</summary>
    public int Every { get; }

    /// <inheritdoc/>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        int timesteps = trainer.Process.Coefficients.Timesteps;
        losses = new TimestepLosses(timesteps, Math.Min(buckets, timesteps));
        Clear();
        trainer.Communicator.OnFirstRank(() => writers.Begin(trainer.StepsDone));
    }

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        steps++;
        loss += progress.Loss;
        norm += progress.GradientNorm;
        largestNorm = Math.Max(largestNorm, progress.GradientNorm);
        losses!.Add(progress.Last);
        if (!progress.IsEvery(Every)) return;
        losses.Merge(trainer.Communicator);
        trainer.Communicator.OnFirstRank(() => Write(progress, losses));
        Clear();
    }

    /// <summary>Returns the sums of the row in progress.</summary>
    /// <returns>Steps, loss, norm, largest norm, and the sums of the timestep intervals.</returns>
    public double[] SaveState() => [steps, loss, norm, largestNorm, .. losses!.Sums];

    /// <summary>Continues the row in progress. Sums for another number of intervals belong to another row and are ignored.</summary>
    /// <inheritdoc/>
    public void RestoreState(Trainer trainer, IReadOnlyList<double[]> ranks)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(ranks);
        const int own = 4;
        if (ranks.Count == 0 || ranks.Any(state => state.Length != own + losses!.Sums.Length)) return;
        (steps, loss, norm, largestNorm) = ((long)ranks[0][0], ranks[0][1], ranks[0][2], ranks[0][3]);
        // With another number of ranks the first has the sums of all: only what is put together in the end counts.
        bool sameRanks = ranks.Count == trainer.Communicator.WorldSize;
        if (sameRanks) losses!.Add(ranks[trainer.Communicator.Rank].AsSpan(own));
        else if (trainer.Communicator.Rank == 0) foreach (double[] state in ranks) losses!.Add(state.AsSpan(own));
    }

    /// <inheritdoc/>
    IDisposable IExclusiveHook.Take(ICommunicator ranks) => writers.Take(ranks);

    /// <summary>Closes the writers.</summary>
    public void Dispose() => writers.Dispose();

    private void Write(TrainingProgress progress, TimestepLosses perTimestep)
    {
        List<KeyValuePair<string, double>> metrics =
        [
            new("loss", loss / steps),
            new("gradient_norm", norm / steps),
            new("gradient_norm_max", largestNorm),
            new("learning_rate", progress.LearningRate),
        ];
        for (int bucket = 0; bucket < perTimestep.Buckets; bucket++)
        {
            (int first, int last) = perTimestep.Range(bucket);
            metrics.Add(new(FormattableString.Invariant($"loss_t{first}_{last}"), perTimestep.Mean(bucket)));
        }

        writers.Write(progress.Step, metrics);
    }

    private void Clear()
    {
        steps = 0;
        loss = norm = largestNorm = 0;
        losses?.Clear();
    }
}
