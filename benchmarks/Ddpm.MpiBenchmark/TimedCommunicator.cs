using System.Diagnostics;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.MpiBenchmark;

/// <summary>Counts the time in collectives, in which a rank also waits for slower ones.</summary>
internal sealed class TimedCommunicator(ICommunicator inner) : ICommunicator
{
    public TimeSpan Spent { get; private set; }

    public int Rank => inner.Rank;

    public int WorldSize => inner.WorldSize;

    public int LocalRank => inner.LocalRank;

    public void SumInPlace(Tensor tensor) => Time(() => inner.SumInPlace(tensor));

    public void AverageInPlace(Tensor tensor) => Time(() => inner.AverageInPlace(tensor));

    public void BroadcastInPlace(Tensor tensor, int root = 0) => Time(() => inner.BroadcastInPlace(tensor, root));

    public byte[][] AllGather(ReadOnlySpan<byte> bytes)
    {
        long started = Stopwatch.GetTimestamp();
        byte[][] all = inner.AllGather(bytes);
        Spent += Stopwatch.GetElapsedTime(started);
        return all;
    }

    public void Barrier() => Time(inner.Barrier);

    public void Fail(Exception reason) => inner.Fail(reason);

    public void Dispose()
    {
    }

    private void Time(Action collective)
    {
        long started = Stopwatch.GetTimestamp();
        collective();
        Spent += Stopwatch.GetElapsedTime(started);
    }
}
