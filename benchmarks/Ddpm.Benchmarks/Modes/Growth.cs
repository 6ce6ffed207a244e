using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// How cost grows with the batch, with the resolution at the same widths, with and without attention, and with the steps of a run: by the
/// network itself and compiled, in turn.
/// </summary>
internal static class Growth
{
    /// <summary>Measures and writes the tables.</summary>
    public static void Write(ModeArguments arguments)
    {
        Console.WriteLine(
            $"roofline {Roofline.FlopsPerSecond / 1e9:F0} GFLOP/s ({Roofline.Convolution.Name}); × is against the "
                + "first row of the same way");
        foreach (string what in arguments.NamesOr("batch", "resolution", "steps"))
        {
            switch (what)
            {
                case "batch": Batches(); break;
                case "resolution": Resolutions(); break;
                case "steps": Steps(); break;
                default: throw new UsageException($"What grows must be batch, resolution or steps, but is {what}.");
            }
        }
    }

    private static void Batches()
    {
        Console.WriteLine("\nBatch: predictions of the small network (32 channels, 1, 2, 2, at 16×16, attention at 8×8)");
        var table = new GrowthTable("batch");
        foreach (int batch in Effort.Of<int[]>([1, 2, 4, 8, 16, 32, 64, 128, 256], [1, 2]))
        {
            Predict(table, $"{batch}", new NetworkCase(NetworkCase.Small, batch, 1));
        }
    }

    private static void Resolutions()
    {
        foreach (bool attention in (bool[])[false, true])
        {
            Console.WriteLine(
                $"\nResolution: predictions of the same widths for 4 images, attention "
                    + $"{(attention ? "at all levels" : "in the middle only, at a quarter of the height")}");
            var table = new GrowthTable("resolution");
            // Attention between all pixels of larger ones is not for networks of this kind.
            int[] sizes = attention ? [8, 16, 32, 64] : [8, 16, 32, 64, 128, 256];
            foreach (int size in Effort.Of(sizes, [8]))
            {
                UNetOptions options = NetworkCase.Small with
                {
                    Height = size,
                    Width = size,
                    AttentionResolutions = attention ? [size, size / 2, size / 4] : [],
                };
                Predict(table, $"{size}×{size}", new NetworkCase(options, Effort.Of(4, 1), 1));
            }
        }
    }

    private static void Steps()
    {
        int batch = Effort.Of(16, 2);
        Console.WriteLine($"\nSteps: ancestral sampling of {batch} images with the Quickstart's network, compilation included");
        var table = new GrowthTable("steps");
        using UNet network = new NetworkCase(NetworkCase.Quickstart, batch, 1).Network();
        foreach (int steps in Effort.Of<int[]>([10, 100, 1000], [2, 4]))
        {
            DiffusionSampler sampler = Samplers.Of("ddpm", network, steps);
            SamplingRequest request = Samplers.Request(NetworkCase.Quickstart, batch);
            Action Way(InferenceOptions inference) => () =>
            {
                network.Inference = inference;
                sampler.Sample(request).Dispose();
            };
            table.Add(
                $"{steps}",
                batch,
                steps * batch * NetworkCase.FlopsPerImage(NetworkCase.Quickstart),
                Way(InferenceOptions.Off),
                Way(InferenceOptions.Default));
        }
    }

    private static void Predict(GrowthTable table, string point, NetworkCase measured)
    {
        using UNet network = measured.Network();
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        using var noGradient = no_grad();
        table.Add(
            point,
            measured.Batch,
            measured.Flops,
            () => network.Predict(x, t).Dispose(),
            () => compiled.Model.Predict(x, t).Dispose());
    }
}
