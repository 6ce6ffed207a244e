using System.Diagnostics;

namespace Ddpm.Training;

/// <summary>The pace of a run, over its last steps.</summary>
internal sealed class Pace(int batchSize)
{
    // Enough steps to smooth, few enough to follow a machine whose speed changes.
    private const int Window = 50;
    private readonly Queue<long> ticks = new([Stopwatch.GetTimestamp()]);
    private readonly long started = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started);

    public double ExamplesPerSecond => ticks.Count < 2 ? 0 : batchSize / SecondsPerStep;

    private double SecondsPerStep => Stopwatch.GetElapsedTime(ticks.Peek(), ticks.Last()).TotalSeconds / (ticks.Count - 1);

    public void Tick()
    {
        ticks.Enqueue(Stopwatch.GetTimestamp());
        if (ticks.Count > Window + 1) ticks.Dequeue();
    }

    public TimeSpan Remaining(long steps) => ticks.Count < 2 ? TimeSpan.Zero : TimeSpan.FromSeconds(SecondsPerStep * steps);
}
