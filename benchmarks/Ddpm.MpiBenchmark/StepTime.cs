using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.MpiBenchmark;

/// <summary>The time of a training step on the ranks together, and how much of it is spent in collectives.</summary>
internal static class StepTime
{
    public static string[] Measure(ICommunicator ranks, string name, int batchSize, int steps)
    {
        bool cifar = name == "cifar";
        using var network = new UNet(
            cifar
                ? UNetOptions.Cifar10
                : new UNetOptions
                {
                    Height = 8,
                    Width = 8,
                    InChannels = 1,
                    OutChannels = 1,
                    BaseChannels = 32,
                    ChannelMultipliers = [1, 2],
                    BlocksPerLevel = 1,
                    AttentionResolutions = [],
                    NormGroups = 8,
                    Dropout = 0,
                });
        using Tensor pixels = arange(cifar ? 256 * 3072 : 256 * 64, dtype: int64).mul(37).remainder(251).to(uint8)
            .reshape(cifar ? [256, 3, 32, 32] : [256, 1, 8, 8]);
        using var data = new ImageDataset(pixels);
        using var timed = new TimedCommunicator(ranks);
        using Trainer trainer = Trainer.Create(network, new ReverseDiffusion(new LinearSchedule()), communicator: timed);
        var batches = new ShuffledBatches(data, batchSize, 1, flip: cifar);
        var clock = new Clock(timed, steps);
        trainer.Run(batches, steps, clock);
        (double median, double least, double shared) = clock.Result();
        return
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, batch {batchSize}, {ranks.WorldSize} rank(s) x {get_num_threads()} thread(s): step {1e3 * median:F1} ms (least "
                    + $"{1e3 * least:F1}), collectives {1e3 * shared:F1} ms = {100 * shared / median:F1} %, median of "
                    + $"{steps - Clock.Warmup}"),
        ];
    }

    private sealed class Clock(TimedCommunicator communicator, int steps) : IProgress<TrainingProgress>
    {
        public const int Warmup = 2;
        private readonly List<double> times = [];
        private readonly List<double> waits = [];
        private long last = Stopwatch.GetTimestamp();
        private TimeSpan spent;

        public void Report(TrainingProgress value)
        {
            if (value.Step > Math.Min(Warmup, steps - 1))
            {
                times.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
                waits.Add((communicator.Spent - spent).TotalSeconds);
            }

            last = Stopwatch.GetTimestamp();
            spent = communicator.Spent;
        }

        public (double Median, double Least, double Shared) Result() =>
            (times.Order().ElementAt(times.Count / 2), times.Min(), waits.Order().ElementAt(waits.Count / 2));
    }
}
