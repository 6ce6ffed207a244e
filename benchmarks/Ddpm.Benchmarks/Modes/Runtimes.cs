using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>Predictions of a network by each runtime in turn: plans of this library, ONNX Runtime, libtorch layer by layer.</summary>
internal static class Runtimes
{
    private static readonly string[] All =
    [
        "clothes, 1", "clothes, 8", "small, 1", "small, 8", "small, 16", "small, 64", "CIFAR-10, 1", "CIFAR-10, 8", "CelebA-HQ, 1",
    ];

    /// <summary>Measures and writes the table.</summary>
    public static void Write(ModeArguments arguments)
    {
        Console.WriteLine($"ms per image, median (least), {get_num_threads()} threads");
        MarkdownTable.Begin(1, "network, batch", "Ddpm.Inference", "ONNX Runtime", "libtorch", "ONNX Runtime ÷ Ddpm.Inference");
        foreach (string name in arguments.NamesOr(Effort.Of(All, ["Quickstart, 2"]))) Row(name);
    }

    private static void Row(string name)
    {
        NetworkCase measured = NetworkCase.Of(name);
        using UNet network = measured.Network();
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        using var runtime = new RuntimeNetwork(network);
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        using var noGradient = no_grad();
        Action Way(IEpsilonModel model) => () =>
        {
            for (int i = 0; i < measured.Repeats; i++) model.Predict(x, t).Dispose();
        };
        (double Median, double Least)[] times =
            InTurn.Times(Effort.Of(20.0, 0.0), Way(compiled.Model), Way(runtime.Model), Way(network));
        double images = measured.Repeats * measured.Batch;
        IEnumerable<string> cells = times.Select(each =>
            $"{Format.Milliseconds(each.Median / images, 3)} ({Format.Milliseconds(each.Least / images, 3)})");
        MarkdownTable.Row([name, .. cells, Format.Times(times[1].Median / times[0].Median)]);
    }
}
