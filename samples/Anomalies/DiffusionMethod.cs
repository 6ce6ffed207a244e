using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>
/// A diffusion model of normal pictures, trained with noise of one kind, that noises and denoises with the same. Owns its network.
/// </summary>
internal sealed class DiffusionMethod : IDisposable
{
    /// <summary>The most noise that the networks learn to remove, in per cent of T: others they are not asked for.</summary>
    public const int MostPercent = 40;

    // A quarter of the sampler's steps is 10 calls of the network for each picture and repetition.
    private const int Timesteps = 1000, SamplerSteps = 40, Repetitions = 3, BatchSize = 32;

    private readonly UNet network;
    private readonly AnomalyDetector detector;
    private readonly string name;

    private DiffusionMethod(string name, UNet network, AnomalyDetector detector) =>
        (this.name, this.network, this.detector) = (name, network, detector);

    /// <summary>Trains a network, or continues its training from a checkpoint in the output folder.</summary>
    /// <param name="name">The name of the noise.</param>
    /// <param name="noise">The noise of a seed.</param>
    /// <param name="training">The normal pictures.</param>
    /// <param name="options">Steps and seed.</param>
    /// <param name="console">Receives the progress.</param>
    /// <param name="stop">Ends the training.</param>
    /// <exception cref="InvalidDataException">The checkpoint is of another class or of other settings.</exception>
    /// <exception cref="OperationCanceledException">The training was ended.</exception>
    public static DiffusionMethod Train(
        string name, Func<long, INoiseSource> noise, Tensor training, AnomalyOptions options, TextWriter console, CancellationToken stop)
    {
        using var pictures = new InMemoryDataset(training);
        var process = new ReverseDiffusion(
            new LinearSchedule(Timesteps), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        var network = new UNet(
            new UNetOptions
            {
                Height = (int)training.size(2),
                Width = (int)training.size(3),
                InChannels = 1,
                OutChannels = 1,
                BaseChannels = 16,
                ChannelMultipliers = [1, 2, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 4,
                Dropout = 0,
            },
            options.Seed);
        try
        {
            // The noise of training comes from the same kind of source as that of detection.
            using (Trainer trainer = Trainer.Create(
                network,
                new SimpleObjective(process),
                new TrainingOptions
                {
                    LearningRate = 2e-3,
                    WarmupSteps = Math.Min(100, options.Steps / 2),
                    Decay = LearningRateDecay.Cosine(options.Steps),
                    Seed = options.Seed,
                },
                new StratifiedTimesteps(Timesteps * MostPercent / 100),
                noise(options.Seed)))
            {
                var checkpoints = new CheckpointStore(
                    Path.Combine(options.Output.FullName, name.Replace(' ', '-')), every: 200, keepLast: 1);
                if (checkpoints.RestoreLatest(trainer)) console.WriteLine($"{name}: continuing after {trainer.StepsDone} steps");
                double loss = 0;
                trainer.Run(new ShuffledBatches(pictures, BatchSize, options.Seed), options.Steps, new Listener<TrainingProgress>(at =>
                {
                    loss = loss == 0 ? at.Loss : 0.98 * loss + 0.02 * at.Loss;
                    if (at.Step % 100 != 0 && at.Step != at.TotalSteps) return;
                    console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{name}: step {at.Step:N0}/{at.TotalSteps:N0}  loss {loss:F4}  {at.Remaining:m\\:ss} left"));
                }), [checkpoints], stop);
                stop.ThrowIfCancellationRequested();
                trainer.Ema.CopyTo(network);
            }

            network.eval();
            // Other numbers than those of the training, of the same kind.
            var detector = new AnomalyDetector(
                new DdpmSampler(network, process.Respace(SamplerSteps)),
                noise(options.Seed + 1),
                new AnomalyDetectorOptions { Strength = options.Percent / 100.0, Repetitions = Repetitions });
            return new DiffusionMethod(name, network, detector);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public Method With(CancellationToken stop) =>
        new($"DDPM, {name}", (pictures, first) => detector.Detect(pictures, first, cancellationToken: stop));

    public void Dispose() => network.Dispose();
}
