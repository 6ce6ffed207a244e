using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.MpiWorker;

/// <summary>Every collective against what it must give, on tensors that lie in memory in every way.</summary>
internal static class Collectives
{
    public static void Run(ICommunicator ranks)
    {
        int n = ranks.WorldSize, sum = n * (n + 1) / 2;
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.Int64 })
        {
            using Tensor whole = arange(12, dtype: type).mul(ranks.Rank + 1);
            ranks.SumInPlace(whole);
            Expect(ranks, $"sum of {type}", whole, arange(12, dtype: type).mul(sum));
        }

        using Tensor average = arange(1_000_001, dtype: float32).mul(ranks.Rank + 1);
        ranks.AverageInPlace(average);
        Expect(ranks, "average of a million", average, arange(1_000_001, dtype: float32).mul(sum).div(n));

        using Tensor matrix = zeros(4, 6);
        using (Tensor middle = matrix.narrow(0, 1, 2)) ranks.SumInPlace(middle.fill_(ranks.Rank + 1));
        using (Tensor column = matrix.t().narrow(0, 5, 1)) ranks.SumInPlace(column.fill_(ranks.Rank + 1));
        using Tensor expected = zeros(4, 6);
        expected[1..3, ..] = tensor((float)sum);
        expected[.., 5..] = tensor((float)sum);
        Expect(ranks, "views at an offset and in strides", matrix, expected);

        for (int root = 0; root < n; root++)
        {
            using Tensor sent = arange(5, dtype: uint8).add(10 * ranks.Rank).to(uint8);
            ranks.BroadcastInPlace(sent, root);
            Expect(ranks, $"broadcast from {root}", sent, arange(5, dtype: uint8).add(10 * root).to(uint8));
        }

        using Tensor nothing = empty(0, dtype: float32);
        ranks.SumInPlace(nothing);
        string[] texts = ranks.AllGather(new string('x', ranks.Rank));
        if (!texts.SequenceEqual(Enumerable.Range(0, n).Select(rank => new string('x', rank))))
        {
            throw new InvalidOperationException($"gathered {string.Join(",", texts)}");
        }

        using Tensor rows = ranks.ConcatenateRows(full([ranks.Rank, 2], ranks.Rank, dtype: float64));
        Expect(ranks, "rows", rows, cat([.. Enumerable.Range(0, n).Select(rank => full([rank, 2], rank, dtype: float64))]));
        if (ranks.Any(false) || !ranks.Any(ranks.Rank == n - 1)) throw new InvalidOperationException("any");
        int calls = 0;
        ranks.OnFirstRank(() => calls++);
        if (calls != (ranks.Rank == 0 ? 1 : 0)) throw new InvalidOperationException("on first rank");
        try
        {
            ranks.OnFirstRank(() => throw new IOException("no space left"));
            throw new InvalidOperationException("must have thrown");
        }
        catch (Exception exception) when (exception is IOException or DistributedException)
        {
            Voice.Say(ranks, $"{exception.GetType().Name}: {exception.Message}");
        }

        DisposeScopeManager.Statistics.Reset();
        for (int i = 0; i < 3; i++)
        {
            ranks.AverageInPlace(average);
            ranks.AverageInPlace(matrix);
            ranks.BroadcastInPlace(matrix);
            ranks.Any(true);
            ranks.ConcatenateRows(matrix).Dispose();
        }

        if (DisposeScopeManager.Statistics.ThreadTotalLiveCount != 0)
        {
            throw new InvalidOperationException($"{DisposeScopeManager.Statistics.ThreadTotalLiveCount} tensors are left");
        }

        ranks.Barrier();
        Voice.Say(ranks, "collectives are right");
    }

    private static void Expect(ICommunicator ranks, string what, Tensor actual, Tensor expected)
    {
        if (!actual.Equals(expected))
        {
            throw new InvalidOperationException($"{what} on rank {ranks.Rank}: {actual.ToString(TorchSharp.TensorStringStyle.Numpy)}");
        }
    }
}
