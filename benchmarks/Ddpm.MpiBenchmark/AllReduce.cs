using System.Diagnostics;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.MpiBenchmark;

/// <summary>The time to sum numbers over all ranks: at once, in buckets, and the least that a collective costs.</summary>
internal static class AllReduce
{
    private const long BucketNumbers = 25_000_000 / sizeof(float);

    public static string[] Measure(ICommunicator ranks, long count, int repeats)
    {
        using Tensor whole = ones(count, dtype: float32), small = ones(1, dtype: float32);
        Tensor[] buckets =
        [
            .. Enumerable.Range(0, (int)((count + BucketNumbers - 1) / BucketNumbers))
                .Select(k => whole.narrow(0, k * BucketNumbers, Math.Min(BucketNumbers, count - k * BucketNumbers))),
        ];
        double bytes = count * sizeof(float);
        return
        [
            Line("at once", () => ranks.SumInPlace(whole)),
            Line($"in {buckets.Length} buckets", () => Array.ForEach(buckets, ranks.SumInPlace)),
            FormattableString.Invariant($"one number: {1e6 * Median(() => ranks.SumInPlace(small)):F1} us"),
        ];

        string Line(string what, Action run) =>
            Median(run) is var seconds
                ? FormattableString.Invariant(
                    $"{count} floats {what} over {ranks.WorldSize} ranks: {1e3 * seconds:F1} ms, {bytes / seconds / 1e9:F2} GB/s of buffer")
                : "";

        double Median(Action run)
        {
            run();
            var times = new List<double>();
            for (int i = 0; i < repeats; i++)
            {
                ranks.Barrier();
                long started = Stopwatch.GetTimestamp();
                run();
                times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                whole.fill_(1);
            }

            return times.Order().ElementAt(times.Count / 2);
        }
    }
}
