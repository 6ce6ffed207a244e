using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Gives the examples of a source their degraded pictures with noise, for networks that are to draw the pictures from these. Noise and its
/// deviation are functions of seed, batch and place, so that a resumed run trains on the same bits.
/// </summary>
public sealed class ImageToImageBatches : IBatchSource
{
    private readonly MappedBatches mapped;

    /// <summary>Gives every batch its conditions.</summary>
    /// <param name="source">The source of whole pictures, [B, C, H, W] in [-1, 1].</param>
    /// <param name="task">How pictures are degraded, and how much noise is added.</param>
    /// <param name="seed">The seed of the noise.</param>
    public ImageToImageBatches(IBatchSource source, ImageToImage task, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(task);
        mapped = new MappedBatches(
            source,
            (batch, number) => Degraded(batch, number, task, seed),
            FormattableString.Invariant($"{task.Name} with noise up to {task.MostNoise}, seed {seed}"));
    }

    /// <inheritdoc/>
    public int BatchSize => mapped.BatchSize;

    /// <inheritdoc/>
    public string Identity => mapped.Identity;

    /// <inheritdoc/>
    public TrainingBatch Batch(long number) => mapped.Batch(number);

    private static TrainingBatch Degraded(TrainingBatch batch, long number, ImageToImage task, long seed)
    {
        int count = (int)batch.X0.size(0);
        Tensor degraded = task.Degrade(batch.X0), levels = zeros(count);
        if (task.MostNoise > 0)
        {
            long deviations = RandomPurpose.ConditionNoiseLevel.Seed(seed);
            levels = tensor([.. Enumerable.Range(0, count)
                .Select(place => (float)(task.MostNoise * new CounterBasedRandom(deviations, number, place).Uniform(0)))]);
            Tensor noise = new PerSampleNoise(RandomPurpose.ConditionNoise.Seed(seed, number)).Draw(NoiseRequest.For(degraded, 0, 0));
            long[] each = [count, .. Enumerable.Repeat(1L, (int)degraded.dim() - 1)];
            degraded = degraded.Plus(noise * levels.reshape(each));
        }

        var conditions = new Dictionary<string, Tensor>(batch.Conditions);
        foreach ((string name, Tensor value) in task.Given(degraded, levels)) conditions.Add(name, value);
        return new TrainingBatch(batch.X0, batch.Labels, batch.Mask, conditions);
    }
}
