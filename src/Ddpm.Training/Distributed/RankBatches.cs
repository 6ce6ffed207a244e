using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// A rank's share of every batch: the ranks share the examples of a batch in their order, so that together they train on the batch that
/// one process would.
/// </summary>
internal sealed class RankBatches : IBatchSource
{
    private readonly IBatchSource source;
    private readonly int first;

    private RankBatches(IBatchSource source, ICommunicator communicator)
    {
        this.source = source;
        BatchSize = source.BatchSize / communicator.WorldSize;
        first = communicator.Rank * BatchSize;
    }

    /// <summary>Gets the examples of this rank in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Gets That of the whole batches: a run may go on with another number of ranks.</summary>
    public string Identity => source.Identity;

    public TrainingBatch Batch(long number) => source.Part(number, first, BatchSize);

    /// <summary>Returns the source itself where there is one rank.</summary>
    /// <exception cref="ArgumentException">The ranks cannot have equal shares.</exception>
    public static IBatchSource Of(IBatchSource batches, ICommunicator communicator)
    {
        if (communicator.WorldSize == 1) return batches;
        if (batches.BatchSize % communicator.WorldSize != 0)
        {
            throw new ArgumentException(
                $"batches must be of a size that {communicator.WorldSize} ranks can share equally, but are of {batches.BatchSize}. A " +
                "batch is that of all ranks together.",
                nameof(batches));
        }

        return new RankBatches(batches, communicator);
    }
}
