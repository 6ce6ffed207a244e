using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Uses the pixels, scaled to [-1, 1], as features. They suffice for small images of few kinds, such as digits, and are not comparable with
/// a published FID.
/// </summary>
public sealed class PixelFeatures : IFeatureExtractor
{
    /// <inheritdoc/>
    public Tensor Extract(Tensor images)
    {
        ImageBatch.Require(images);
        using var scope = NewDisposeScope();
        return PixelConversion.FromBytes(images.cpu()).flatten(1).MoveToOuterDisposeScope();
    }
}
