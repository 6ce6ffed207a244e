using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Images per second on a device, a prediction and a training step of the CIFAR-10 network layer by layer: in float32, TF32 and bfloat16,
/// channels last or not.
/// </summary>
internal static class DeviceThroughput
{
    private static readonly Way[] Ways =
        [.. new[] { "float32", "TF32", "bfloat16" }.SelectMany(type => (Way[])[new(type, false), new(type, true)])];

    /// <summary>Measures and writes the table.</summary>
    public static void Write(ModeArguments arguments)
    {
        string name = arguments.NamesOr("cpu")[0];
        bool cuda = name == "cuda";
        if (!cuda && name != "cpu") throw new UsageException($"The device must be cpu or cuda, but is {name}.");
        if (cuda && !TorchRuntime.IsCudaAvailable()) throw new UsageException("The device is cuda, but no CUDA device can be used here.");
        var device = new Device(name);
        UNetOptions options = Effort.Of(UNetOptions.Cifar10 with { Dropout = 0 }, NetworkCase.Quickstart);
        Way[] ways = [.. Ways.Where(way => cuda || way.Type != "TF32")];
        MarkdownTable.Begin(2, "batch", "way", "predictions: images/s", "× float32", "training: images/s", "× float32");
        foreach (int batch in Effort.Of<int[]>(cuda ? [1, 16, 128, 512] : [8], [2])) Write(options, batch, device, ways);
    }

    private static void Write(UNetOptions options, int batch, Device device, Way[] ways)
    {
        using UNet full = Network(options, device), coarse = Network(options, device);
        coarse.to(ScalarType.BFloat16);
        using UNet trained = Network(options, device), coarselyTrained = Network(options, device);
        var objective = new SimpleObjective(new ReverseDiffusion(new LinearSchedule()));
        using Trainer trainer = Trainer.Create(trained, objective);
        using Trainer coarseTrainer = Trainer.Create(coarselyTrained, objective, new TrainingOptions { ComputeType = ScalarType.BFloat16 });
        using Tensor x = randn([batch, options.InChannels, options.Height, options.Width], device: device);
        using Tensor t = tensor(Enumerable.Repeat(500L, batch).ToArray(), int64, device);
        double[] predictions = InTurn.Medians(Effort.Of(2.0 * ways.Length, 0), [.. ways.Select(way => way.Run(device, () =>
        {
            using var inner = NewDisposeScope();
            using var noGradient = no_grad();
            Tensor input = way.Lay(x);
            _ = way.IsCoarse ? coarse.Predict(input.to(ScalarType.BFloat16), t) : full.Predict(input, t);
        }))]);
        double[] steps = InTurn.Medians(Effort.Of(2.0 * ways.Length, 0), [.. ways.Select(way => way.Run(device, () =>
        {
            using Tensor input = way.Lay(x);
            (way.IsCoarse ? coarseTrainer : trainer).Step(input);
        }))]);
        for (int way = 0; way < ways.Length; way++)
        {
            MarkdownTable.Row(
                $"{batch}",
                $"{ways[way].Type}{(ways[way].IsChannelsLast ? ", channels last" : "")}",
                Format.Number(batch / predictions[way]),
                Format.Times(predictions[0] / predictions[way]),
                Format.Number(batch / steps[way]),
                Format.Times(steps[0] / steps[way]));
        }
    }

    private static UNet Network(UNetOptions options, Device device)
    {
        var network = new UNet(options, seed: 1);
        network.to(device);
        network.eval();
        return network;
    }

    private sealed record Way(string Type, bool IsChannelsLast)
    {
        public bool IsCoarse => Type == "bfloat16";

        /// <summary>The numbers in this way's order; convolutions keep it.</summary>
        public Tensor Lay(Tensor x)
        {
            using var scope = NewDisposeScope();
            Tensor laid = IsChannelsLast ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.alias();
            return laid.MoveToOuterDisposeScope();
        }

        /// <summary>Computes in this way, and waits for the device.</summary>
        public Action Run(Device device, Action compute) => () =>
        {
            if (device.type == DeviceType.CUDA) backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = Type == "TF32";
            compute();
            if (device.type == DeviceType.CUDA) cuda.synchronize(device);
        };
    }
}
