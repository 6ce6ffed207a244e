using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Averages gradients over ranks in flat buckets of some 25 MB, allotted once: a call for each of some hundred small tensors would cost
/// its latency each time, and one for all a copy of the whole in one piece.
/// </summary>
internal sealed class GradientAverager : IDisposable
{
    /// <summary>25 MB, as PyTorch's DistributedDataParallel (arXiv:2006.15704).</summary>
    public const long DefaultBucketBytes = 25_000_000;

    private readonly Parameter[] parameters;
    private readonly ICommunicator communicator;
    private readonly GradientBucket[] buckets;

    public GradientAverager(Parameter[] parameters, ICommunicator communicator, long bucketBytes = DefaultBucketBytes)
    {
        this.parameters = parameters;
        this.communicator = communicator;
        buckets = [.. Partition(parameters, bucketBytes).Select(indices => new GradientBucket(indices, parameters))];
    }

    /// <summary>Gets the number of elements of each bucket.</summary>
    public IReadOnlyList<long> BucketSizes => [.. buckets.Select(bucket => bucket.Flat.numel())];

    /// <summary>Averages the gradients in place, and the loss with them; collective.</summary>
    /// <param name="gradients">
    /// A gradient for each parameter; null for those that have none on this rank, which get one where another rank has.
    /// </param>
    /// <param name="loss">This rank's loss.</param>
    /// <returns>The mean loss of all ranks.</returns>
    public double Average(Tensor?[] gradients, double loss)
    {
        using var noGradient = no_grad();
        foreach (GradientBucket bucket in buckets)
        {
            bucket.Fill(gradients);
            communicator.AverageInPlace(bucket.Flat);
        }

        // The loss, and on which share of the ranks each parameter has a gradient: the optimiser must pass the same parameters over on all.
        using Tensor status = tensor(
            [loss, .. gradients.Select(gradient => gradient is null ? 0.0 : 1.0)], float64).DetachFromDisposeScope();
        communicator.AverageInPlace(status);
        double[] shared = status.data<double>().ToArray();
        foreach (GradientBucket bucket in buckets) bucket.Spill(gradients, shared.AsSpan(1), parameters);
        return shared[0];
    }

    public void Dispose()
    {
        foreach (GradientBucket bucket in buckets) bucket.Dispose();
    }

    // In reverse: a backward pass finishes the last layers' gradients first. A bucket holds one type on one device, and a parameter that
    // is larger than a bucket has one of its own.
    private static IEnumerable<int[]> Partition(Parameter[] parameters, long bucketBytes)
    {
        var current = new List<int>();
        long bytes = 0;
        for (int i = parameters.Length - 1; i >= 0; i--)
        {
            long size = parameters[i].numel() * parameters[i].ElementSize;
            bool fits = current.Count == 0 || (bytes + size <= bucketBytes && AreAlike(parameters[i], parameters[current[0]]));
            if (!fits)
            {
                yield return [.. current];
                current.Clear();
                bytes = 0;
            }

            current.Add(i);
            bytes += size;
        }

        if (current.Count > 0) yield return [.. current];
    }

    private static bool AreAlike(Parameter a, Parameter b) => a.dtype == b.dtype && a.device.ToString() == b.device.ToString();
}
