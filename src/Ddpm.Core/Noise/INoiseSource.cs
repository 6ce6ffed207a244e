using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Supplies the randomness of a sampler, as an argument instead of global state.</summary>
public interface INoiseSource
{
    /// <summary>
    /// Draws noise whose every number is standard normal: independent numbers, or correlated ones such as <see cref="OctaveNoise"/>.
    /// </summary>
    /// <param name="request">The samples, the step and the shape.</param>
    /// <returns>Noise in <see cref="NoiseRequest.Shape"/>; a fresh tensor.</returns>
    Tensor Draw(NoiseRequest request);
}
