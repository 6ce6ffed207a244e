using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>What a rank's share of a step's batches is.</summary>
/// <param name="Size">The examples of this rank in each batch.</param>
/// <param name="First">The place of the first of them in the batch of all ranks.</param>
/// <param name="BatchSize">The examples of all ranks in each batch.</param>
/// <param name="IsMasked">Whether any rank's batches have a mask.</param>
internal sealed record RankShare(int Size, int First, int BatchSize, bool IsMasked)
{
    /// <summary>Returns the shares of all ranks, which must be equal; collective.</summary>
    /// <exception cref="DistributedException">The ranks were given different numbers of examples; thrown on all.</exception>
    public static RankShare Of(IReadOnlyList<TrainingBatch> batches, ICommunicator communicator)
    {
        int size = checked((int)batches[0].X0.size(0));
        bool masked = batches.Any(batch => batch.Mask is not null);
        if (communicator.WorldSize == 1) return new RankShare(size, 0, size, masked);
        long ranks = communicator.WorldSize;
        using Tensor sums = tensor(
            new[] { size, (long)size * size, batches.Count, (long)batches.Count * batches.Count, masked ? 1 : 0 }).DetachFromDisposeScope();
        communicator.SumInPlace(sums);
        long[] all = sums.data<long>().ToArray();
        // Σ1 · Σs² = (Σs)² only where all s are the same (Cauchy and Schwarz).
        if (ranks * all[1] != all[0] * all[0] || ranks * all[3] != all[2] * all[2])
        {
            string[] given = communicator.AllGather($"{batches.Count} × {size}");
            throw new DistributedException(
                "Every rank must be given batches of the same number and size, for their gradients count alike, but they were given " +
                $"{string.Join(", ", given.Select((text, rank) => $"{text} (rank {rank})"))}.");
        }

        return new RankShare(size, communicator.Rank * size, checked((int)(size * ranks)), all[4] > 0);
    }
}
