using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;

namespace Ddpm.TrainingWorker;

/// <summary>The training of ResumeTests, which compile this file too: part of it runs in a process that is killed.</summary>
internal static class Training
{
    /// <summary>Trains up to a step, from the newest checkpoint of a folder.</summary>
    public static void Run(string folder, long steps, int accumulation, bool full, IProgress<TrainingProgress> told)
    {
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
        store.RestoreLatest(trainer);
        var batches = new ShuffledBatches(dataset, 4, 5, flip: true);
        using var ahead = new PrefetchedBatches(batches, ahead: 3, workers: 2);
        trainer.Run(full ? ahead : batches, steps, told, [store]);
    }
}
