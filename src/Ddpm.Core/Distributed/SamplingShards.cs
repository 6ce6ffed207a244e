namespace Ddpm.Core;

/// <summary>
/// Divides sampling among several processes: each draws its share of the samples, by their numbers. With <see cref="PerSampleNoise"/> a
/// sample is the same picture on every process, so the result does not depend on the number of processes.
/// </summary>
public static class SamplingShards
{
    /// <summary>
    /// Returns a rank's share of a request: consecutive samples, whose number differs by at most one between ranks. The ranks do not
    /// communicate.
    /// </summary>
    /// <param name="request">
    /// All samples. Its noise must be a function of the sample's number, such as <see cref="PerSampleNoise"/>.
    /// </param>
    /// <param name="communicator">The ranks.</param>
    /// <returns>The same request, which skips the samples of other ranks. The share of a rank may be empty.</returns>
    /// <exception cref="ArgumentException">The noise is one stream for all samples, where a sample depends on those before it.</exception>
    public static SamplingRequest ShardFor(this SamplingRequest request, ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(communicator);
        if (communicator.WorldSize == 1) return request;
        if (request.Noise is StreamNoise)
        {
            throw new ArgumentException($"Noise must be a function of each sample's number, such as {nameof(PerSampleNoise)}, to be " +
                $"drawn by several processes, but is {nameof(StreamNoise)}.", nameof(request));
        }

        request.Validated();
        long[] all = [.. Enumerable.Range(0, request.Count).Select(position => request.FirstSample + position)];
        long[] wanted = [.. all.Where(number => request.Skip?.Contains(number) != true)];
        (int first, int end) = communicator.Share(wanted.Length);
        return request with { Skip = all.Except(wanted[first..end]).ToHashSet() };
    }
}
