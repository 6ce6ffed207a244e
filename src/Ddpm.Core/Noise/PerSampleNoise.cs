using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Noise in which sample k depends on (seed, k, step) only: the same picture whatever the batch size, the shard or the device.
/// Thread-safe; drawn on the CPU.
/// </summary>
public sealed class PerSampleNoise : INoiseSource
{
    private readonly long seed;

    /// <summary>The noise of a seed.</summary>
    /// <param name="seed">The seed; any number.</param>
    public PerSampleNoise(long seed) => this.seed = seed;

    /// <summary>The noise as text, for the settings of a run.</summary>
    public override string ToString() => FormattableString.Invariant($"{nameof(PerSampleNoise)} of seed {seed}");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape has no batch axis, or not one row for each sample.</exception>
    public Tensor Draw(NoiseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        long[] shape = [.. request.Shape];
        int rows = request.SampleIndices.Count;
        if (shape.Length < 1 || shape[0] != rows)
        {
            throw new ArgumentException(
                $"Shape must begin with the number of samples, {rows}, but is {Require.Shape(shape)}.",
                nameof(request));
        }

        int elements = checked((int)shape.Skip(1).Aggregate(1L, (product, size) => checked(product * size)));
        using var scope = NewDisposeScope();
        Tensor noise = empty(shape, dtype: float32);
        for (int row = 0; row < rows; row++)
        {
            // A row at a time: the span of a whole batch may pass the 2 GiB that a span can hold.
            using Tensor view = noise[row].view(-1);
            Span<float> numbers = MemoryMarshal.Cast<byte, float>(view.bytes)[..elements];
            new CounterBasedRandom(seed, request.SampleIndices[row], request.Step).FillNormal(numbers);
        }

        return noise.to(request.ElementType, request.Device).MoveToOuterDisposeScope();
    }
}
