using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;

// Trains, so that ResumeTests can kill it: <folder> <steps> <accumulation> <plain|full>. Goes on from the newest checkpoint, and tells of
// every step.
TorchRuntime.EnsureLoaded();
Train(args[0], long.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture), args[3] == "full");

// torch in a method of its own: it must not be touched before EnsureLoaded has run.
static void Train(string folder, long steps, int accumulation, bool full)
{
    torch.set_num_threads(1);
    var process = new ReverseDiffusion(
        new LinearSchedule(50, 1e-3, 0.3), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
    using var network = new UNet(
        new UNetOptions
        {
            Height = 8,
            Width = 8,
            InChannels = 1,
            OutChannels = 2,
            BaseChannels = 8,
            ChannelMultipliers = [1, 2],
            BlocksPerLevel = 1,
            AttentionResolutions = [],
            NormGroups = 4,
            Dropout = 0.2,
            ClassCount = full ? 3 : null,
        },
        3);
    // 24 images in batches of 4: six batches an epoch.
    using var dataset = new ImageDataset(
        torch.arange(24 * 64, dtype: torch.int64).mul(37).remainder(251).to(torch.uint8).reshape(24, 1, 8, 8),
        torch.arange(24).remainder(3));
    var timesteps = new LossSecondMomentTimesteps(50, historyLength: 1);
    using var trainer = Trainer.Create(
        network,
        new HybridObjective(process),
        new TrainingOptions
        {
            LearningRate = 1e-3,
            WarmupSteps = 3,
            Accumulation = accumulation,
            WeightDecay = 0.01,
            Seed = 9,
            Averages = full ? [AverageProfile.Power(0.05), AverageProfile.Power(0.1)] : [AverageProfile.Power()],
            ComputeType = full ? torch.ScalarType.BFloat16 : null,
        },
        timesteps);
    var store = new CheckpointStore(folder, every: 2, keepLast: 2);
    if (store.RestoreLatest(trainer)) Console.WriteLine($"resumed at {trainer.StepsDone}");
    var batches = new ShuffledBatches(dataset, 4, 5, flip: true);
    using var ahead = new PrefetchedBatches(batches, ahead: 3, workers: 2);
    trainer.Run(full ? ahead : batches, steps, new Teller(), [store]);
}

internal sealed class Teller : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {value.Step} loss {value.Loss:R}"));
}
