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
        return NoiseRows.Draw(request, (sample, row) => new CounterBasedRandom(seed, sample, request.Step).FillNormal(row));
    }
}
