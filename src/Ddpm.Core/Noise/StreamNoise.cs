using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Noise from one generator, a batch after the other: the stream that PyTorch programs draw on the CPU, so that the numbers they publish
/// come out. A sample depends on all that was drawn before it. Not thread-safe.
/// </summary>
public sealed class StreamNoise : INoiseSource
{
    private readonly Generator generator;

    /// <summary>Noise from a generator.</summary>
    /// <param name="generator">The generator, such as one with manual_seed(0); it stays the caller's.</param>
    public StreamNoise(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        this.generator = generator;
    }

    /// <inheritdoc/>
    /// <remarks>Drawn on the CPU in the type that is asked for, and moved: as diffusers does with a CPU generator.</remarks>
    public Tensor Draw(NoiseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        return randn([.. request.Shape], dtype: request.ElementType, generator: generator).to(request.Device).MoveToOuterDisposeScope();
    }
}
