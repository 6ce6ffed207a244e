using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>The pixels themselves, p/127.5 - 1: enough for small images of few kinds, such as digits; not to be compared with anybody's FID.</summary>
public sealed class PixelFeatures : IFeatureExtractor
{
    /// <inheritdoc/>
    public Tensor Extract(Tensor images)
    {
        ImageBatch.Require(images);
        using var scope = NewDisposeScope();
        return images.cpu().to(float32).div_(127.5).sub_(1).flatten(1).MoveToOuterDisposeScope();
    }
}
