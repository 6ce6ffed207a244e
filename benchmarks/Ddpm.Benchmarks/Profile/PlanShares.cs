using System.Diagnostics;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Where a plan's time goes: its steps are timed within whole predictions, so that each finds its input in the cache where it is.
/// </summary>
internal static class PlanShares
{
    private const string Convolution3 = "3×3", Convolution1 = "1×1", Upsampling = "up-sampling", Norm = "norm, SiLU, join, time's part";
    private const string Attention = "attention", Time = "time embedding, projections", Layout = "reading x_t, writing the result";
    private const string Other = "other";

    /// <summary>The kinds in the order of the table.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [Convolution3, Convolution1, Upsampling, Norm, Attention, Time, Layout, Other];

    /// <summary>The steps of each kind, and the median seconds that they take together in a prediction.</summary>
    public static unsafe IReadOnlyDictionary<string, (int Steps, double Seconds)> Of(
        UNet network, NetworkCase measured, WeightPrecision precision, double seconds)
    {
        using Tensor x = randn(measured.Shape);
        using var team = new WorkerTeam(get_num_threads());
        using Plan plan = measured.Plan(network, precision, team);
        var times = new Dictionary<string, List<double>>();
        var steps = new Dictionary<string, int>();
        float[] from = x.data<float>().ToArray(), at = [.. Enumerable.Repeat(500f, measured.Batch)];
        float[] to = new float[plan.OutputLength];
        long started = Stopwatch.GetTimestamp();
        for (int round = -2; round < 3 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; round++)
        {
            var sums = new Dictionary<string, double>();
            steps.Clear();
            fixed (float* source = from, target = to)
            {
                plan.Predict(source, at, [], target, step =>
                {
                    long begun = Stopwatch.GetTimestamp();
                    team.Run(step);
                    string kind = KindOf(step);
                    sums[kind] = sums.GetValueOrDefault(kind) + Stopwatch.GetElapsedTime(begun).TotalSeconds;
                    steps[kind] = steps.GetValueOrDefault(kind) + 1;
                });
            }

            if (round < 0) continue;
            foreach ((string kind, double sum) in sums)
            {
                if (!times.TryGetValue(kind, out List<double>? list)) times[kind] = list = [];
                list.Add(sum);
            }
        }

        return times.ToDictionary(kind => kind.Key, kind => (steps[kind.Key], kind.Value.Order().ElementAt(kind.Value.Count / 2)));
    }

    private static string KindOf(PlanStep step)
    {
        Type type = step.GetType();
        Type open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (open == typeof(WinogradStep<,>)) return type.GenericTypeArguments[1] == typeof(UpsamplingTiles) ? Upsampling : Convolution3;
        if (step is IConvolutionStep direct) return direct.Shape.Kernel == 1 ? Convolution1 : Convolution3;
        if (open == typeof(NormStep<>)) return Norm;
        if (open == typeof(AttentionStep<>) || open == typeof(AttentionPanelsStep)) return Attention;
        if (open == typeof(DenseStep<>) || open == typeof(SinusoidStep)) return Time;
        return step is ReadStep or WriteStep ? Layout : Other;
    }
}
