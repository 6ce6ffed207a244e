using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Connects several processes ("ranks") that do one job. All members but the properties and <see cref="Fail"/> are collective: every rank
/// calls them, in the same order, with tensors of the same shape and type, and each call returns when all ranks have made it. Never call
/// one under a condition that only some ranks meet, such as <c>Rank == 0</c>; see <see cref="CommunicatorExtensions.OnFirstRank"/>. One
/// thread uses it at a time.
/// </summary>
/// <remarks>Dispose it on every rank at the end of the job: the ranks then wait for each other and leave together.</remarks>
public interface ICommunicator : IDisposable
{
    /// <summary>Gets the number of this process. Range: 0 ≤ rank &lt; <see cref="WorldSize"/>.</summary>
    int Rank { get; }

    /// <summary>Gets the number of processes. Range: ≥ 1.</summary>
    int WorldSize { get; }

    /// <summary>Gets the number of this process among those on its machine, which decides its GPU. Range: ≥ 0.</summary>
    int LocalRank { get; }

    /// <summary>Puts the sum over all ranks into the tensor; all ranks get the same bits.</summary>
    /// <param name="tensor">float32, float64 or int64, any shape, any device.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    void SumInPlace(Tensor tensor);

    /// <summary>Puts the mean over all ranks into the tensor; all ranks get the same bits.</summary>
    /// <param name="tensor">float32 or float64, any shape, any device.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    void AverageInPlace(Tensor tensor);

    /// <summary>Puts one rank's tensor into those of all.</summary>
    /// <param name="tensor">Any type, shape and device.</param>
    /// <param name="root">The rank that has the values. Range: 0 ≤ root &lt; <see cref="WorldSize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="root"/> is out of range.</exception>
    void BroadcastInPlace(Tensor tensor, int root = 0);

    /// <summary>Gives every rank the bytes of all.</summary>
    /// <param name="bytes">The bytes of this rank. Ranks may pass different lengths, 2 GiB in all at most.</param>
    /// <returns>The bytes of each rank.</returns>
    byte[][] AllGather(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until all ranks have called it.</summary>
    void Barrier();

    /// <summary>
    /// Reports that this rank cannot continue. It is not collective. The others may be waiting for this rank; the disposal that follows
    /// therefore ends the whole job with a non-zero exit code instead of waiting for them.
    /// </summary>
    /// <param name="reason">The reason.</param>
    void Fail(Exception reason);
}
