using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Batches of an <see cref="ISpanNetwork"/>, which stays its owner's.</summary>
/// <param name="network">The network.</param>
internal sealed class ForeignBatches(ISpanNetwork network) : IBatchNetwork
{
    private int[] shape = [];

    public int Prepare(int rows, PlaneSize size)
    {
        int[] next = network.SpatialDimensions switch
        {
            2 => [rows, network.InChannels, (int)size.Height, (int)size.Width],
            1 => [rows, network.InChannels, (int)size.Width],
            _ => [rows, network.InChannels],
        };
        if (!next.AsSpan().SequenceEqual(shape)) network.Prepare(next);
        shape = next;
        return shape.Aggregate(1, (product, length) => checked(product * length)) / network.InChannels * network.OutChannels;
    }

    public void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float[][] conditions, Span<float> target)
    {
        if (conditions.Length == 0)
        {
            network.Predict(x, shape, times, labels, target);
            return;
        }

        int pixels = x.Length / (shape[0] * shape[1]);
        var given = new ReadOnlyMemory<float>[conditions.Length];
        for (int i = 0; i < given.Length; i++)
        {
            // Where guidance acts at some timesteps only, the array holds the rows of both predictions at all of them.
            NetworkCondition condition = network.Conditions[i];
            given[i] = conditions[i].AsMemory(0, shape[0] * condition.Channels * (condition.IsVector ? 1 : pixels));
        }

        network.Predict(x, shape, times, labels, given, target);
    }

    public void Dispose()
    {
    }
}
