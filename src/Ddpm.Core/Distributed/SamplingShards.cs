namespace Ddpm.Core;

/// <summary>
/// Sampling by several processes: each draws its share of the samples, by their numbers. With <see cref="PerSampleNoise"/> a sample is the
/// same picture on every process, so that nothing depends on the number of processes.
/// </summary>
public static class SamplingShards
{
    /// <summary>
    /// A rank's share of a request: a stretch of the samples that are to be drawn, which differ in number by at most one between ranks.
    /// Without communication.
    /// </summary>
    /// <param name="request">
    /// All samples. Its noise must be a function of the sample's number, such as <see cref="PerSampleNoise"/>.
    /// </param>
    /// <param name="communicator">The ranks.</param>
    /// <returns>The same request, in which the samples of other ranks are to be skipped. A rank may be left without any.</returns>
    /// <exception cref="ArgumentException">The noise is one stream for all samples, in which a sample depends on those before.</exception>
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
