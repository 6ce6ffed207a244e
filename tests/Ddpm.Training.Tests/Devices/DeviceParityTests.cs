using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Devices;

/// <summary>
/// A run on another device (<see cref="OtherDevice"/>), whose batches are read ahead into memory from which it copies them, against one on
/// the CPU.
/// </summary>
public sealed class DeviceParityTests
{
    private static readonly Device Other = OtherDevice.Of();

    [Fact]
    public void Run_OnTheDevice_HasTheCpusLosses()
    {
        double[] here = Losses(CPU), there = Losses(Other);
        here.Should().HaveCount(4).And.OnlyContain(loss => loss > 0.01);
        foreach ((double actual, double expected) in there.Zip(here)) actual.Should().BeApproximately(expected, 1e-3 * expected);
    }

    private static double[] Losses(Device device)
    {
        using Tensor values = arange(8 * 64).mul(37).fmod(256).to(uint8).reshape(8, 1, 8, 8);
        using var data = new ImageDataset(values);
        using var network = new UNet(TinyNetwork.Options, seed: 1);
        network.to(device);
        var process = new ReverseDiffusion(new LinearSchedule(10, 1e-3, 0.3));
        using Trainer trainer = Trainer.Create(network, process, new TrainingOptions { LearningRate = 1e-3 });
        using var batches = new PrefetchedBatches(new ShuffledBatches(data, batchSize: 4, seed: 1))
        {
            Pinned = device.type == DeviceType.CUDA,
        };
        var losses = new List<double>();
        while (losses.Count < 4)
        {
            using TrainingBatch batch = batches.Batch(losses.Count);
            losses.Add(trainer.Step([batch]).Loss);
        }

        return [.. losses];
    }
}
