using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Adds operations that the collectives of an <see cref="ICommunicator"/> make up. They are collective too, unless stated otherwise.
/// </summary>
public static class CommunicatorExtensions
{
    /// <summary>
    /// Runs an action on rank 0 alone, such as writing a file, while the others wait. No rank can miss this barrier, because it is outside
    /// of any condition. It fails on all ranks if it fails on rank 0.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="action">The action; it may not call a collective.</param>
    /// <exception cref="DistributedException">Rank 0 failed and this is another rank; rank 0 throws its own exception.</exception>
    public static void OnFirstRank(this ICommunicator communicator, Action action)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(action);
        if (communicator.WorldSize == 1)
        {
            action();
            return;
        }

        Exception? failure = null;
        try
        {
            if (communicator.Rank == 0) action();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // Outside of any condition: all ranks come here, rank 0 also when it failed.
        string first = communicator.AllGather(failure is null ? "" : $"{failure.GetType().Name}: {failure.Message}")[0];
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        if (first.Length > 0) throw new DistributedException($"Rank 0 failed: {first}");
    }

    /// <summary>
    /// Runs what the ranks do together. It reports an exception with <see cref="ICommunicator.Fail"/> before it rethrows it, so that the
    /// others do not wait for this rank forever.
    /// </summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="communicator">The ranks.</param>
    /// <param name="job">The job; it may call collectives.</param>
    /// <returns>The result of the job.</returns>
    public static T Together<T>(this ICommunicator communicator, Func<T> job)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(job);
        try
        {
            return job();
        }
        catch (Exception exception)
        {
            communicator.Fail(exception);
            throw;
        }
    }

    /// <summary>
    /// Returns the consecutive items of this rank when all ranks share a list in order. Shares differ by one item at most and may be empty.
    /// It is not collective.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="count">The number of items. Range: ≥ 0.</param>
    /// <returns>The first item of this rank and the first item after its share.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static (int First, int End) Share(this ICommunicator communicator, int count)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return (Start(communicator.Rank), Start(communicator.Rank + 1));

        int Start(int rank) => (int)((long)count * rank / communicator.WorldSize);
    }

    /// <summary>Gives every rank the texts of all.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="text">The text of this rank.</param>
    /// <returns>The text of each rank.</returns>
    public static string[] AllGather(this ICommunicator communicator, string text)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(text);
        return [.. communicator.AllGather(Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)];
    }

    /// <summary>Gives every rank the numbers of all.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="values">The numbers of this rank, of any length.</param>
    /// <returns>The numbers of each rank.</returns>
    public static double[][] AllGather(this ICommunicator communicator, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        return [.. communicator.AllGather(MemoryMarshal.AsBytes(values))
            .Select(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray())];
    }

    /// <summary>Returns whether a condition holds on any rank, such as cancellation. All ranks get the same answer.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="value">Whether it holds on this rank.</param>
    /// <returns>Whether it holds on at least one rank.</returns>
    public static bool Any(this ICommunicator communicator, bool value)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        if (communicator.WorldSize == 1) return value;
        using Tensor count = tensor(new[] { value ? 1L : 0L }).DetachFromDisposeScope();
        communicator.SumInPlace(count);
        return count.ReadCpuInt64(0) > 0;
    }

    /// <summary>Compares the settings of the ranks. Ranks with different settings would wait for each other forever.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="what">The subject of the settings, for the error message.</param>
    /// <param name="settings">This rank's settings by their names.</param>
    /// <exception cref="DistributedException">
    /// The settings of some rank differ from those of rank 0. All ranks throw, with the differences.
    /// </exception>
    public static void RequireSame(this ICommunicator communicator, string what, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentException.ThrowIfNullOrEmpty(what);
        ArgumentNullException.ThrowIfNull(settings);
        if (communicator.WorldSize == 1) return;
        var own = new JsonObject(settings.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        string[] texts = communicator.AllGather(own.ToJsonString());
        if (texts.All(text => text == texts[0])) return;
        Dictionary<string, string>[] all = [.. texts.Select(text =>
            JsonNode.Parse(text)!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!))];
        string[] differences = [.. Enumerable.Range(1, all.Length - 1).SelectMany(rank => Differences(all[0], all[rank], rank))];
        throw new DistributedException($"All ranks must have the same {what}. {string.Join("; ", differences)}.");
    }

    /// <summary>
    /// Concatenates the rows of all ranks in the order of the ranks: samples that were drawn in <see cref="SamplingShards"/>, or their
    /// features.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="rows">The rows of this rank, [N, …] with N ≥ 0; the axes after the first are the same on all.</param>
    /// <returns>All rows, on the CPU; a fresh tensor. Every rank gets them, 2 GiB at most.</returns>
    public static Tensor ConcatenateRows(this ICommunicator communicator, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.dim() < 1) throw new ArgumentException("rows must have a first axis [N, …], but is a scalar.", nameof(rows));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor own = rows.detach().to(CPU).contiguous();
        byte[][] parts = communicator.AllGather(own.numel() == 0 ? [] : own.bytes);
        long rowBytes = own.shape.Skip(1).Aggregate(own.ElementSize, (product, size) => product * size);
        Tensor all = empty([rowBytes == 0 ? 0 : parts.Sum(part => (long)part.Length) / rowBytes, .. own.shape.Skip(1)], own.dtype);
        int first = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(all.bytes[first..]);
            first += part.Length;
        }

        return all.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Returns the device of a rank: on a machine with CUDA the GPU of its <see cref="ICommunicator.LocalRank"/>, so that no two ranks
    /// share one; else the CPU. It is not collective.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <returns>The device.</returns>
    /// <exception cref="DistributedException">The machine has GPUs, but fewer than ranks.</exception>
    public static Device Device(this ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        return TorchRuntime.IsCudaAvailable() ? Gpu(communicator.LocalRank, cuda.device_count()) : CPU;
    }

    internal static Device Gpu(int localRank, int gpus) => localRank < gpus
        ? new Device(DeviceType.CUDA, localRank)
        : throw new DistributedException(
            $"Each rank needs a separate GPU, but this machine has {gpus}, and this is its rank {localRank} (counted from 0): start at " +
            $"most {gpus} ranks on a machine.");

    private static IEnumerable<string> Differences(Dictionary<string, string> first, Dictionary<string, string> other, int rank) =>
        first.Keys.Union(other.Keys).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, First: first.GetValueOrDefault(key, "absent"), Other: other.GetValueOrDefault(key, "absent")))
            .Where(entry => entry.First != entry.Other)
            .Select(entry => $"{entry.Key}: {entry.First} on rank 0, {entry.Other} on rank {rank}");
}
