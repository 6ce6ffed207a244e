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
        if (conditions.Length == 0) network.Predict(x, shape, times, labels, target);
        else network.Predict(x, shape, times, labels, Array.ConvertAll(conditions, values => (ReadOnlyMemory<float>)values), target);
    }

    public void Dispose()
    {
    }
}
