using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// The pixels themselves, scaled to [-1, 1]: enough for small images of few kinds, such as digits; not comparable with a published FID.
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
