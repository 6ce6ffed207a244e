using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Represents a single process, rank 0 of 1: the default everywhere. It computes, copies and awaits nothing.</summary>
public sealed class SingleProcess : ICommunicator
{
    private SingleProcess()
    {
    }

    /// <summary>Gets the only instance; it has no state.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <summary>Gets the rank, which is 0.</summary>
    public int Rank => 0;

    /// <summary>Gets the number of processes, which is 1.</summary>
    public int WorldSize => 1;

    /// <summary>Gets the rank, which is 0.</summary>
    public int LocalRank => 0;

    /// <inheritdoc/>
    public void SumInPlace(Tensor tensor) => Collective.RequireSummable(tensor);

    /// <inheritdoc/>
    public void AverageInPlace(Tensor tensor) => Collective.RequireAverageable(tensor);

    /// <inheritdoc/>
    public void BroadcastInPlace(Tensor tensor, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Collective.RequireRoot(root, WorldSize);
    }

    /// <inheritdoc/>
    public byte[][] AllGather(ReadOnlySpan<byte> bytes) => [bytes.ToArray()];

    /// <summary>Returns at once.</summary>
    public void Barrier()
    {
    }

    /// <summary>Does nothing, because there is no other process to end.</summary>
    /// <param name="reason">The reason.</param>
    public void Fail(Exception reason) => ArgumentNullException.ThrowIfNull(reason);

    /// <summary>Does nothing, because there is nothing to free.</summary>
    public void Dispose()
    {
    }
}
