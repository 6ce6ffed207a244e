using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Weather.Gaps;

/// <summary>
/// The baseline of conditional networks: one of the same size that is trained on windows without anything hidden, and made to agree with
/// the known days while it samples (RePaint).
/// </summary>
internal sealed class UnconditionalNetwork : IDisposable
{
    private const int Window = 64, Channels = 24, Steps = 50;
    private readonly ReverseDiffusion process = new(
        new CosineSchedule(1000), new ReverseDiffusionOptions { Clipping = X0Clipping.None, Prediction = Prediction.V });
    private readonly ColumnScaling scaling;
    private readonly UNet network;
    private readonly long seed;

    public UnconditionalNetwork(ColumnScaling scaling, long seed)
    {
        this.scaling = scaling;
        this.seed = seed;
        network = new UNet(
            UNetOptions.ForSignal(Window, scaling.Means.Length, Channels) with
            {
                ChannelMultipliers = [1, 2, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = Channels / 4,
                Dropout = 0.1,
            },
            seed);
    }

    /// <summary>Trains on every window of the series, none of which has a gap.</summary>
    public void Train(IEnumerable<TimeSeries> series, int steps, IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var windows = new InMemoryDataset(cat([.. series.Select(one => Scaled(one).unfold(1, Window, 1).transpose(0, 1))]));
        using var trainer = Trainer.Create(
            network,
            process,
            new TrainingOptions { LearningRate = 2e-3, WarmupSteps = 100, Decay = LearningRateDecay.Cosine(steps), Seed = seed });
        trainer.Run(new ShuffledBatches(windows, 32, seed), steps, progress, cancellationToken: stop);
        trainer.Ema.CopyTo(network);
        network.eval();
    }

    /// <summary>Fills gaps in windows that stand half a window apart, each of them in its middle half.</summary>
    public FilledSeries Fill(TimeSeries series, int samples, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        Tensor values = Scaled(series), known = values.isnan().logical_not();
        int last = series.Length - Window;
        int[] starts = [.. Enumerable.Range(0, (last + 31) / 32 + 1).Select(i => Math.Min(32 * i, last))];
        Tensor Windows(Tensor rows) => stack([.. starts.Select(start => rows.narrow(1, start, Window))]).repeat_interleave(samples, 0);
        var sampler = new InpaintingSampler(
            network, process.Respace(Steps), new InpaintingOptions { JumpLength = 5, Resamples = 3 });
        // [starts, samples, C, L]
        Tensor filled = sampler.Inpaint(Windows(values.nan_to_num()), Windows(known), new PerSampleNoise(seed), cancellationToken: stop)
            .reshape(starts.Length, samples, series.Columns.Length, Window);
        float[] numbers = filled.contiguous().data<float>().ToArray();
        return new FilledSeries(series, samples, (column, row, k) =>
        {
            int window = Array.FindIndex(starts, start => row < start + 48 || start == starts[^1]);
            int at = ((window * samples + k) * series.Columns.Length + column) * Window + row - starts[window];
            return scaling.Unscaled(column, numbers[at]);
        });
    }

    public void Dispose() => network.Dispose();

    private Tensor Scaled(TimeSeries series) => stack(
        [
            .. series.Columns.Select((_, column) =>
                tensor(series.Values(column).ToArray().Select(x => (float)scaling.Scaled(column, x)).ToArray())),
        ]);
}
