using Ddpm.Evaluation;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>A classifier's 64 features of pictures.</summary>
/// <param name="classifier">The classifier.</param>
/// <param name="filter">How pictures are resized first; null for not at all.</param>
/// <param name="size">The height and width that they are resized to.</param>
internal sealed class ClassifierFeatures(Classifier classifier, ResizeFilter? filter = null, int size = 0) : IFeatureExtractor
{
    public Tensor Extract(Tensor images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor scaled = filter is { } rule
            ? ImageResizing.Resize(images, size, size, rule).div(127.5).sub(1)
            : PixelConversion.FromBytes(images);
        return classifier.FeaturesOf(scaled).MoveToOuterDisposeScope();
    }
}
