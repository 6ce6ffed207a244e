using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Draws noise from one generator, batch after batch: the stream that PyTorch programs draw on the CPU, so that their published numbers can
/// be reproduced. A sample depends on everything drawn before it. It is not thread-safe.
/// </summary>
public sealed class StreamNoise : INoiseSource
{
    private readonly Generator generator;

    /// <summary>Creates the noise source of a generator.</summary>
    /// <param name="generator">The generator, such as one with manual_seed(0); the caller keeps it.</param>
    public StreamNoise(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        this.generator = generator;
    }

    /// <inheritdoc/>
    /// <remarks>The noise is drawn on the CPU in the requested type and then moved, as diffusers does with a CPU generator.</remarks>
    public Tensor Draw(NoiseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        return randn([.. request.Shape], dtype: request.ElementType, generator: generator)
            .ToDevice(request.Device).MoveToOuterDisposeScope();
    }
}
