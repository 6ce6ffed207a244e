using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Share of time by kind of operation. For the network by itself and in bfloat16 each layer alone, times how many are alike, against the
/// whole prediction: what is alone finds its input in a nearer cache than within the whole, so that the sum need not be the whole, and the
/// difference is the table's last row. For native plans the steps within the whole. A plan does 1×1 convolutions of attention as such; by
/// itself the network has them in its attention.
/// </summary>
internal static class Profile
{
    /// <summary>Measures cases and writes their tables.</summary>
    public static void Write(ModeArguments arguments)
    {
        foreach (string name in arguments.NamesOr(
                Effort.Of<string[]>(["CIFAR-10, 8", "small, 16", "Quickstart, 64", "Quickstart, 1"], ["Quickstart, 2"])))
        {
            Write(name, NetworkCase.Of(name));
        }
    }

    private static void Write(string name, NetworkCase measured)
    {
        using UNet network = measured.Network();
        using var noGradient = no_grad();
        double[] whole = Whole(network, measured);
        var seconds = new Dictionary<string, double[]>();
        var counts = new Dictionary<string, int>();
        foreach (IGrouping<(string Kind, string Shape), NetworkLayer> alike in new NetworkLayers(network, measured.Batch).All()
                .GroupBy(layer => (layer.Kind, layer.Shape)))
        {
            double[] each = Alone(alike.First(), measured.Batch);
            string kind = alike.Key.Kind;
            double[] sums = seconds.TryGetValue(kind, out double[]? so) ? so : seconds[kind] = new double[each.Length];
            for (int way = 0; way < each.Length; way++) sums[way] += alike.Count() * each[way];
            counts[kind] = counts.GetValueOrDefault(kind) + alike.Count();
        }

        // Native plans know better.
        if (NativeShares.Of(network, measured, Effort.Of(3.0, 0.0)) is { } native)
        {
            foreach (string kind in NetworkLayer.Kinds.Where(kind => kind != NetworkLayer.Sampler))
            {
                if (!seconds.TryGetValue(kind, out double[]? row)) seconds[kind] = row = new double[whole.Length];
                row[1] = native.GetValueOrDefault(kind);
            }
        }

        // A step of sampling is a prediction and the sampler's own part.
        double[] steps = [.. whole.Select((prediction, way) => prediction + seconds[NetworkLayer.Sampler][way])];
        MarkdownTable.Begin(1, name, "layers", "plain ms", "share", "compiled ms", "share", "bf16 ms", "share");
        foreach (string kind in NetworkLayer.Kinds.Where(seconds.ContainsKey))
        {
            Row(kind, counts.TryGetValue(kind, out int count) ? $"{count}" : "", seconds[kind], steps);
        }

        Row("not in these", "", [.. steps.Select((step, way) => step - seconds.Values.Sum(kind => kind[way]))], steps);
        Row("a step of sampling", "", steps, steps);
    }

    private static void Row(string name, string layers, double[] seconds, double[] steps) =>
        MarkdownTable.Row(
            [
                name,
                layers,
                .. seconds.SelectMany((time, way) => new[] { Format.Milliseconds(time, 3), Format.Percent(time / steps[way]) }),
            ]);

    // Predictions, in turn: by the network, and by plans of both types.
    private static double[] Whole(UNet network, NetworkCase measured)
    {
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        InferencePaths paths = InferencePaths.All with { BatchParts = false };
        using CompiledModel compiled = network.Compile(NullLogger.Instance, paths);
        network.Inference = InferenceOptions.BFloat16;
        using CompiledModel coarse = network.Compile(NullLogger.Instance, paths);
        return InTurn.Medians(
            Effort.Of(6.0, 0.0),
            () => network.Predict(x, t).Dispose(),
            () => compiled.Model.Predict(x, t).Dispose(),
            () => coarse.Model.Predict(x, t).Dispose());
    }

    private static double[] Alone(NetworkLayer layer, int batch)
    {
        using var scope = NewDisposeScope();
        PlanContext[] contexts =
        [
            .. new[] { ScalarType.Float32, ScalarType.BFloat16 }.Select(type => new PlanContext(batch, type, InferencePaths.All)),
        ];
        Func<Tensor>[] ways = [layer.Plain(), .. contexts.Select(layer.Planned)];
        try
        {
            return
            [
                .. InTurn.Medians(Effort.Of(0.4, 0.0), [.. ways.Select(way => (Action)(() => way().Dispose()))])
                    .Select(seconds => seconds / layer.Calls),
            ];
        }
        finally
        {
            foreach (PlanContext context in contexts) context.Dispose();
        }
    }
}
