using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Share of time by kind of step within whole predictions of compiled networks, with weights in float32 and in bfloat16, beside the whole
/// predictions and those of the network layer by layer.
/// </summary>
internal static class Profile
{
    private static readonly InferenceOptions[] Ways = [InferenceOptions.Default, InferenceOptions.BFloat16];

    /// <summary>Measures cases and writes their tables.</summary>
    public static void Write(ModeArguments arguments)
    {
        string[] cases = Effort.Of<string[]>(["CIFAR-10, 8", "small, 16", "Quickstart, 64", "Quickstart, 1"], ["Quickstart, 2"]);
        foreach (string name in arguments.NamesOr(cases)) Write(name, NetworkCase.Of(name));
    }

    private static void Write(string name, NetworkCase measured)
    {
        double seconds = Effort.Of(3.0, 0.0);
        using UNet network = measured.Network();
        IReadOnlyDictionary<string, (int Steps, double Seconds)>[] shares =
            [.. Ways.Select(way => PlanShares.Of(network, measured, way.Weights, seconds))];
        double[] sums = [.. shares.Select(each => each.Values.Sum(kind => kind.Seconds))];
        MarkdownTable.Begin(1, name, "steps", "compiled ms", "share", "compiled, bf16 ms", "share");
        foreach (string kind in PlanShares.Kinds.Where(shares[0].ContainsKey))
        {
            Row(kind, $"{shares[0][kind].Steps}", [.. shares.Select(each => each[kind].Seconds)], sums);
        }

        Row("all steps", $"{shares[0].Values.Sum(kind => kind.Steps)}", sums, sums);
        (double plain, double[] compiled) = Predictions(network, measured, seconds);
        Row("a prediction", "", compiled, sums);
        Row("a prediction, plain", "", [plain, plain], sums);
    }

    // The median seconds of a prediction in each way.
    private static (double Plain, double[] Compiled) Predictions(UNet network, NetworkCase measured, double seconds)
    {
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        using var noGradient = no_grad();
        Action Way(IEpsilonModel model) => () =>
        {
            for (int repeat = 0; repeat < measured.Repeats; repeat++) model.Predict(x, t).Dispose();
        };
        CompiledModel[] compiled = [.. Ways.Select(way =>
        {
            network.Inference = way;
            return network.Compile(NullLogger.Instance);
        })];
        double[] medians = InTurn.Medians(seconds, [Way(network), .. compiled.Select(each => Way(each.Model))]);
        foreach (CompiledModel each in compiled) each.Dispose();
        double[] single = [.. medians.Select(median => median / measured.Repeats)];
        return (single[0], single[1..]);
    }

    private static void Row(string name, string steps, double[] seconds, double[] sums) => MarkdownTable.Row(
        [name, steps, .. seconds.SelectMany((time, way) => new[] { Format.Milliseconds(time, 3), Format.Percent(time / sums[way]) })]);
}
