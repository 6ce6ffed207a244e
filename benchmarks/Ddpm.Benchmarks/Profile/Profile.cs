using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>Share of time by kind of step within whole predictions of compiled networks, with weights in float32 and in bfloat16.</summary>
internal static class Profile
{
    /// <summary>Measures cases and writes their tables.</summary>
    public static void Write(ModeArguments arguments)
    {
        string[] cases = Effort.Of<string[]>(["CIFAR-10, 8", "small, 16", "Quickstart, 64", "Quickstart, 1"], ["Quickstart, 2"]);
        foreach (string name in arguments.NamesOr(cases)) Write(name, NetworkCase.Of(name));
    }

    private static void Write(string name, NetworkCase measured)
    {
        using UNet network = measured.Network();
        WeightPrecision[] ways = [WeightPrecision.Full, WeightPrecision.BFloat16];
        IReadOnlyDictionary<string, (int Steps, double Seconds)>[] shares =
            [.. ways.Select(way => PlanShares.Of(network, measured, way, Effort.Of(3.0, 0.0)))];
        double[] sums = [.. shares.Select(each => each.Values.Sum(kind => kind.Seconds))];
        MarkdownTable.Begin(1, name, "steps", "ms", "share", "bf16 weights, ms", "share");
        foreach (string kind in PlanShares.Kinds.Where(shares[0].ContainsKey))
        {
            double[] seconds = [.. shares.Select(each => each[kind].Seconds)];
            Row(kind, $"{shares[0][kind].Steps}", seconds, sums);
        }

        Row("all steps", $"{shares[0].Values.Sum(kind => kind.Steps)}", sums, sums);
    }

    private static void Row(string name, string steps, double[] seconds, double[] sums) => MarkdownTable.Row(
        [name, steps, .. seconds.SelectMany((time, way) => new[] { Format.Milliseconds(time, 3), Format.Percent(time / sums[way]) })]);
}
