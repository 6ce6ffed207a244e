using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>One of the batches that make a step, with what is drawn for it.</summary>
internal sealed class MicroBatch
{
    /// <summary>Takes a batch's part of what was drawn for the step.</summary>
    /// <param name="batch">The batch, or this rank's share of it.</param>
    /// <param name="share">Which share that is.</param>
    /// <param name="draw">The timesteps of all batches of the step.</param>
    /// <param name="masses">What the mask of each of this rank's examples of the step weighs; empty for no mask.</param>
    /// <param name="meanMass">The mean of what the masks of all ranks' examples weigh.</param>
    /// <param name="part">Which of the step's batches this is.</param>
    /// <param name="step">The step.</param>
    public MicroBatch(TrainingBatch batch, RankShare share, TimestepDraw draw, double[] masses, double meanMass, int part, long step)
    {
        Batch = batch;
        Share = share;
        Part = part;
        Step = step;
        int first = part * share.BatchSize + share.First;
        Parts = draw.Timesteps.Length / share.BatchSize;
        Draw = new TimestepDraw(draw.Timesteps.Slice(first, share.Size), draw.Weights.Slice(first, share.Size));
        Places = [.. Enumerable.Range(first, share.Size).Select(i => (long)i)];
        // An example counts by what its mask weighs, so that the mean over the step is Σ(w·loss)/Σw.
        double Weight(double weight, int i) => masses.Length == 0 ? weight : weight * masses[part * share.Size + i] / meanMass;
        Weights = [.. Draw.Weights.Select(Weight)];
    }

    public TrainingBatch Batch { get; }

    public RankShare Share { get; }

    public int Part { get; }

    public int Parts { get; }

    public long Step { get; }

    public TimestepDraw Draw { get; }

    /// <summary>Gets the place of each example among those of the step.</summary>
    public long[] Places { get; }

    /// <summary>Gets what the loss of each example is multiplied by.</summary>
    public double[] Weights { get; }

    /// <summary>Returns the seed of dropout. That of the first batch is the step's own.</summary>
    public long DropoutSeed(long seed) => RandomPurpose.Dropout.Seed(seed, Step + (long)Part * int.MaxValue);

    /// <summary>Returns the labels, of which each is withheld with a probability.</summary>
    /// <exception cref="ArgumentException">A label is out of range.</exception>
    public long[] KeptLabels(long seed, double dropout, int classCount)
    {
        long[] labels = [.. Batch.Labels!];
        int wrong = Array.FindIndex(labels, label => label < -1 || label >= classCount);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"labels must be 0 … {classCount - 1} for this network, or -1 for none, but that of example {wrong} of the batch is " +
                $"{labels[wrong]}.");
        }

        long stream = RandomPurpose.LabelDropout.Seed(seed);
        bool IsWithheld(int i) => dropout > 0 && new CounterBasedRandom(stream, Places[i], checked((int)Step)).Uniform(0) < dropout;
        return [.. labels.Select((label, i) => IsWithheld(i) ? -1 : label)];
    }

    /// <summary>Returns 0 for each example whose condition is withheld, and 1 for the others; null where none is.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="dropout">The probability of each.</param>
    /// <param name="condition">The place of the condition among those of the network.</param>
    public float[]? KeptConditions(long seed, double dropout, int condition)
    {
        if (dropout == 0) return null;
        long stream = RandomPurpose.ConditionDropout.Seed(seed, condition);
        bool IsWithheld(long place) => new CounterBasedRandom(stream, place, checked((int)Step)).Uniform(0) < dropout;
        return [.. Places.Select(place => IsWithheld(place) ? 0f : 1f)];
    }
}
