using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Features that a user writes: mean and deviation of an image's bytes.</summary>
internal sealed class BrightnessFeatures : IFeatureExtractor
{
    public Tensor Extract(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor values = images.to(float32).flatten(1);
        return stack([values.mean([1]), values.std(1)], 1).MoveToOuterDisposeScope();
    }
}
