using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training.Tests.Checkpoints;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests;

/// <summary>Whether a training depends on how many threads compute.</summary>
public sealed class ThreadsTests
{
    // Convolutions of one and nine weights, with strides and without, attention, classes, dropout, and pictures in colour.
    private static readonly UNetOptions Options = new()
    {
        Height = 16,
        Width = 16,
        InChannels = 3,
        OutChannels = 3,
        BaseChannels = 32,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        NormGroups = 16,
        ClassCount = 3,
        Dropout = 0.2,
    };

    /// <summary>
    /// A batch with halves and one without, and threads: with eight each half has four. Elsewhere libtorch's threads cannot be shared out.
    /// </summary>
    public static TheoryData<int, int[]> Batches => OperatingSystem.IsLinux()
        ? new() { { 9, [2, 3, 4, 6, 8] }, { 1, [2, 3, 4, 6, 8] } }
        : new() { { 9, [2, 3] } };

    [Theory]
    [MemberData(nameof(Batches))]
    public void Step_AnyNumberOfThreads_GivesTheSameBits(int batchSize, int[] counts)
    {
        int threads = get_num_threads();
        try
        {
            TrainerBits alone = Trained(batchSize, 1);
            foreach (int count in counts) Trained(batchSize, count).Should().Be(alone, "{0} threads", count);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static TrainerBits Trained(int batchSize, int threads)
    {
        set_num_threads(threads);
        using Tensor pixels = arange(20 * 3 * 16 * 16, int64).remainder(251).to(uint8).reshape(20, 3, 16, 16);
        using var dataset = new ImageDataset(pixels, arange(20, int64).remainder(3));
        using var network = new UNet(Options, 1);
        using var trainer = Trainer.Create(network, new ReverseDiffusion(new LinearSchedule()), new TrainingOptions { WarmupSteps = 0 });
        trainer.Run(new ShuffledBatches(dataset, batchSize, 1), 3);
        return TrainerBits.Of(trainer);
    }
}
