using System.Diagnostics;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.MpiBenchmark;

/// <summary>
/// The time of the uniform numbers of dropout: drawn by PyTorch, drawn for a rank's own examples, and passed over for those of the other
/// ranks, which does not shrink with the number of ranks.
/// </summary>
internal static class Drawing
{
    public static string[] Measure(int count, int repeats)
    {
        using var generator = new Generator(1);
        var twister = new MersenneTwister(1);
        float[] numbers = new float[count];
        return
        [
            Line("PyTorch", () => rand(count, dtype: float32, generator: generator).Dispose()),
            Line("own examples", () => twister.Fill(numbers)),
            Line("passed over", () => twister.Skip(count)),
        ];

        string Line(string what, Action run)
        {
            run();
            var times = new List<double>();
            for (int i = 0; i < repeats; i++)
            {
                long started = Stopwatch.GetTimestamp();
                run();
                times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }

            double median = times.Order().ElementAt(repeats / 2);
            return FormattableString.Invariant($"{count} uniform numbers, {what}: {1e3 * median:F1} ms, {1e9 * median / count:F2} ns each");
        }
    }
}
