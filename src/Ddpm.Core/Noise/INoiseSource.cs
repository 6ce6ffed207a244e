using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Where a sampler's randomness comes from: an argument, never a global state.</summary>
public interface INoiseSource
{
    /// <summary>Draws standard normal noise.</summary>
    /// <param name="request">Which samples ask, at which step, for which shape.</param>
    /// <returns>Noise in <see cref="NoiseRequest.Shape"/>; a fresh tensor.</returns>
    Tensor Draw(NoiseRequest request);
}
