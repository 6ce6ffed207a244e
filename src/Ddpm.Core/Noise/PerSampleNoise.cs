using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Draws noise in which sample k depends on (seed, k, step) only: the picture is the same for every batch size, shard and device. It is
/// thread-safe and draws on the CPU.
/// </summary>
public sealed class PerSampleNoise : INoiseSource
{
    private readonly long seed;

    /// <summary>Creates the noise source of a seed.</summary>
    /// <param name="seed">The seed; any number.</param>
    public PerSampleNoise(long seed) => this.seed = seed;

    /// <summary>Returns a text that identifies the noise in the settings of a run.</summary>
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
        // As many rows at a time as fit in a span, which holds at most 2 GiB.
        int together = Math.Max(1, int.MaxValue / sizeof(float) / Math.Max(1, elements));
        for (int first = 0; first < rows; first += together)
        {
            int count = Math.Min(together, rows - first);
            using Tensor view = noise.narrow(0, first, count).view(-1);
            Span<float> numbers = MemoryMarshal.Cast<byte, float>(view.bytes);
            for (int row = 0; row < count; row++)
            {
                new CounterBasedRandom(seed, request.SampleIndices[first + row], request.Step)
                    .FillNormal(numbers.Slice(row * elements, elements));
            }
        }

        return noise.to(request.ElementType, request.Device).MoveToOuterDisposeScope();
    }
}
