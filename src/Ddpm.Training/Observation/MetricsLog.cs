using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Writes the numbers of a run every so many steps: loss (the mean since the last time), gradient_norm (mean) and gradient_norm_max,
/// learning_rate, examples_per_second, elapsed_seconds of this run, memory_megabytes (of the process, native memory included), and
/// loss_t0_99 and so on, the mean loss of each stretch of timesteps. Of several ranks the first writes; the losses are those of all
/// ranks' examples, put together when a row is written, and memory_megabytes is rank 0's.
/// </summary>
public sealed class MetricsLog : ITrainingHook, IDisposable
{
    private readonly IMetricWriter[] writers;
    private readonly int buckets;
    private TimestepLosses? losses;
    private long steps;
    private double loss;
    private double norm;
    private double largestNorm;

    /// <summary>A log that begins with the next run.</summary>
    /// <param name="every">How many steps lie between two rows. Range: ≥ 1.</param>
    /// <param name="writers">Where the numbers go; disposed with the log.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is below 1.</exception>
    public MetricsLog(int every, params IMetricWriter[] writers)
        : this(every, 10, writers)
    {
    }

    /// <summary>A log that begins with the next run.</summary>
    /// <param name="every">How many steps lie between two rows. Range: ≥ 1.</param>
    /// <param name="timestepBuckets">How many stretches of timesteps have a loss of their own; at most T. Range: ≥ 1.</param>
    /// <param name="writers">Where the numbers go; disposed with the log.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public MetricsLog(int every, int timestepBuckets, params IMetricWriter[] writers)
    {
        ArgumentNullException.ThrowIfNull(writers);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timestepBuckets, 1);
        Every = every;
        buckets = timestepBuckets;
        this.writers = [.. writers];
    }

    /// <summary>How many steps lie between two rows.</summary>
    public int Every { get; }

    /// <inheritdoc/>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        int timesteps = trainer.Process.Coefficients.Timesteps;
        losses = new TimestepLosses(timesteps, Math.Min(buckets, timesteps));
        Clear();
        trainer.Communicator.OnFirstRank(() =>
        {
            foreach (IMetricWriter writer in writers) writer.Begin(trainer.StepsDone);
        });
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

    /// <summary>Closes the writers.</summary>
    public void Dispose()
    {
        foreach (IMetricWriter writer in writers) writer.Dispose();
    }

    private void Write(TrainingProgress progress, TimestepLosses perTimestep)
    {
        List<KeyValuePair<string, double>> metrics =
        [
            new("loss", loss / steps),
            new("gradient_norm", norm / steps),
            new("gradient_norm_max", largestNorm),
            new("learning_rate", progress.LearningRate),
            new("examples_per_second", progress.ExamplesPerSecond),
            new("elapsed_seconds", progress.Elapsed.TotalSeconds),
            new("memory_megabytes", Environment.WorkingSet / 1e6),
        ];
        for (int bucket = 0; bucket < perTimestep.Buckets; bucket++)
        {
            (int first, int last) = perTimestep.Range(bucket);
            metrics.Add(new(FormattableString.Invariant($"loss_t{first}_{last}"), perTimestep.Mean(bucket)));
        }

        foreach (IMetricWriter writer in writers) writer.Write(progress.Step, metrics);
    }

    private void Clear()
    {
        steps = 0;
        loss = norm = largestNorm = 0;
        losses?.Clear();
    }
}
