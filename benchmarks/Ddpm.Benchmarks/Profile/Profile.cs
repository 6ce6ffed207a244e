using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Share of time by kind of operation, for the network by itself and compiled: each layer alone, times how many are alike, against the whole prediction. What is alone finds its input in a nearer cache than within
/// the whole, so that the sum need not be the whole: the difference is the table's last row. Whole batches; plans that divide them do the same in parts.
/// </summary>
internal static class Profile
{
    private static readonly ScalarType[] Types = [ScalarType.Float32, ScalarType.BFloat16];

    /// <summary>Measures cases and writes their tables.</summary>
    public static void Write(ModeArguments arguments)
    {
        foreach (string name in arguments.NamesOr(Effort.Of<string[]>(["CIFAR-10, 8", "small, 16", "Quickstart, 64", "Quickstart, 1"], ["Quickstart, 2"]))) Write(name, NetworkCase.Of(name));
    }

    private static void Write(string name, NetworkCase measured)
    {
        using UNet network = measured.Network();
        using var noGradient = no_grad();
        double[] whole = Whole(network, measured);
        var seconds = new Dictionary<string, double[]>();
        var counts = new Dictionary<string, int>();
        foreach (IGrouping<(string Kind, string Shape), NetworkLayer> alike in new NetworkLayers(network, measured.Batch).All().GroupBy(layer => (layer.Kind, layer.Shape)))
        {
            double[] each = Alone(alike.First(), measured.Batch);
            string kind = alike.Key.Kind;
            double[] sums = seconds.TryGetValue(kind, out double[]? so) ? so : seconds[kind] = new double[each.Length];
            for (int way = 0; way < each.Length; way++) sums[way] += alike.Count() * each[way];
            counts[kind] = counts.GetValueOrDefault(kind) + alike.Count();
        }

        // A step of sampling is a prediction and the sampler's own part.
        double[] steps = [.. whole.Select((prediction, way) => prediction + seconds[NetworkLayer.Sampler][way])];
        MarkdownTable.Begin(1, name, "layers", "plain ms", "share", "compiled ms", "share", "bf16 ms", "share");
        foreach (string kind in NetworkLayer.Kinds.Where(seconds.ContainsKey)) Row(kind, $"{counts[kind]}", seconds[kind], steps);
        Row("not in these", "", [.. steps.Select((step, way) => step - seconds.Values.Sum(kind => kind[way]))], steps);
        Row("a step of sampling", "", steps, steps);
    }

    private static void Row(string name, string layers, double[] seconds, double[] steps) =>
        MarkdownTable.Row([name, layers, .. seconds.SelectMany((time, way) => new[] { Format.Milliseconds(time, 3), Format.Percent(time / steps[way]) })]);

    // Predictions, in turn: by the network, and by plans of both types.
    private static double[] Whole(UNet network, NetworkCase measured)
    {
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        InferencePaths paths = InferencePaths.All with { BatchParts = false };
        using CompiledModel compiled = network.Compile(NullLogger.Instance, paths);
        network.Inference = InferenceOptions.BFloat16;
        using CompiledModel coarse = network.Compile(NullLogger.Instance, paths);
        return InTurn.Medians(Effort.Of(6.0, 0.0), () => network.Predict(x, t).Dispose(), () => compiled.Model.Predict(x, t).Dispose(), () => coarse.Model.Predict(x, t).Dispose());
    }

    private static double[] Alone(NetworkLayer layer, int batch)
    {
        using var scope = NewDisposeScope();
        PlanContext[] contexts = [.. Types.Select(type => new PlanContext(batch, type, InferencePaths.All))];
        Func<Tensor>[] ways = [layer.Plain(), .. contexts.Select(layer.Planned)];
        try
        {
            return [.. InTurn.Medians(Effort.Of(0.4, 0.0), [.. ways.Select(way => (Action)(() => way().Dispose()))]).Select(seconds => seconds / layer.Calls)];
        }
        finally
        {
            foreach (PlanContext context in contexts) context.Dispose();
        }
    }
}
