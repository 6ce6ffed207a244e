using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Turns images into the numbers that measures compare: measures depend on this interface instead of a network.</summary>
public interface IFeatureExtractor
{
    /// <summary>Extracts the features of images.</summary>
    /// <param name="images">The images as bytes, uint8 [B, C, H, W] with C = 1 or 3: a measure sees what a file would hold.</param>
    /// <returns>The features, floating-point [B, D] on the CPU; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The images have another shape or type.</exception>
    Tensor Extract(Tensor images);
}
