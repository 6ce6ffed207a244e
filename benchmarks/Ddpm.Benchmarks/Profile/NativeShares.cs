using System.Diagnostics;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Where a native plan's time goes: its steps timed within whole predictions, so that each finds its input in the cache where it is.
/// </summary>
internal static class NativeShares
{
    /// <summary>
    /// The median seconds that the steps of each kind take together in a prediction; null where there are no native plans.
    /// </summary>
    public static IReadOnlyDictionary<string, double>? Of(UNet network, NetworkCase measured, double seconds)
    {
        int lanes = InferencePaths.All.NativeLanes;
        if (lanes == 0) return null;
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        using var team = new WorkerTeam(get_num_threads());
        using NativePlan plan = network.PlanNatively(lanes, measured.Batch, new PlaneSize(x.size(2), x.size(3)), team).Plan;
        var times = new Dictionary<string, List<double>>();
        long started = Stopwatch.GetTimestamp();
        for (int round = -2; round < 3 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; round++)
        {
            var sums = new Dictionary<string, double>();
            plan.Predict(x, t, null, step =>
            {
                long begun = Stopwatch.GetTimestamp();
                team.Run(step);
                string kind = KindOf(step);
                sums[kind] = sums.GetValueOrDefault(kind) + Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }).Dispose();
            if (round < 0) continue;
            foreach ((string kind, double sum) in sums)
            {
                if (!times.TryGetValue(kind, out List<double>? list)) times[kind] = list = [];
                list.Add(sum);
            }
        }

        return times.ToDictionary(kind => kind.Key, kind => kind.Value.Order().ElementAt(kind.Value.Count / 2));
    }

    /// <summary>What a step does, as the table says.</summary>
    public static string KindOf(NativeStep step)
    {
        Type type = step.GetType();
        Type open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (open == typeof(WinogradStep<,>))
        {
            return type.GenericTypeArguments[1] == typeof(UpsamplingTiles) ? NetworkLayer.Upsampling : NetworkLayer.Convolution3;
        }

        if (step is DirectStep<Lanes512> { Shape.Kernel: 1 } or DirectStep<Lanes256> { Shape.Kernel: 1 }) return NetworkLayer.Convolution1;
        if (open == typeof(DirectStep<>)) return NetworkLayer.Convolution3;
        if (open == typeof(NormStep<>)) return NetworkLayer.Norm;
        if (open == typeof(AttentionStep<>) || open == typeof(AttentionKeysStep)) return NetworkLayer.Attention;
        return open == typeof(DenseStep<>) ? NetworkLayer.Time : NetworkLayer.Layout;
    }
}
