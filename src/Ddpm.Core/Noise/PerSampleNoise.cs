using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Draws noise in which sample k depends on (seed, k, step) only: the picture is the same for every batch size, shard and device. A GPU
/// draws its own noise: the same numbers, but for rare roundings of the last digit. It is thread-safe.
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
        if (DrawsItself(request.Device))
        {
            using var scope = NewDisposeScope();
            long[] shape = NoiseRows.ShapeOf(request);
            long elements = shape.Skip(1).Aggregate(1L, (product, size) => checked(product * size));
            return PhiloxTensors.Normal(seed, request.SampleIndices, request.Step, elements, request.Device)
                .reshape(shape).to(request.ElementType).MoveToOuterDisposeScope();
        }

        return NoiseRows.Draw(request, (sample, row) => new CounterBasedRandom(seed, sample, request.Step).FillNormal(row));
    }

    // Devices with float64, which the logarithm and the angles take.
    private static bool DrawsItself(Device device) => device.type is TorchSharp.DeviceType.CUDA or TorchSharp.DeviceType.META;
}
