using Ddpm.Evaluation;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>A classifier's 64 features of pictures.</summary>
internal sealed class ClassifierFeatures(Classifier classifier) : IFeatureExtractor
{
    public Tensor Extract(Tensor images)
    {
        using var noGradient = no_grad();
        using Tensor scaled = PixelConversion.FromBytes(images);
        return classifier.FeaturesOf(scaled);
    }
}
