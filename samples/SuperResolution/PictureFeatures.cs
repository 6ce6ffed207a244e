using Ddpm.Evaluation;
using Ddpm.Experiments;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Samples;

/// <summary>
/// The Fréchet distance of pictures to real ones. Of clothes it is that of docs/experiments: 64 features of a classifier that is trained
/// here, against the training set. Colour pictures have no classes: the features are the pixels of all 8×8 patches, every fourth row and
/// column, against those of the true pictures. It sees whether fine structure is there, and nothing of what a picture shows.
/// </summary>
internal sealed class PictureFeatures : IDisposable
{
    private const int Patch = 8, Stride = 4;

    private readonly Classifier? classifier;
    private readonly FeatureStatistics real;

    private PictureFeatures(Classifier? classifier, Func<Classifier?, FeatureStatistics> real)
    {
        this.classifier = classifier;
        this.real = real(classifier);
    }

    public string Name => classifier is null ? "patches" : "FID";

    /// <summary>Prepares the features.</summary>
    /// <param name="set">The pictures.</param>
    /// <param name="classifierSteps">Training steps of the classifier.</param>
    /// <param name="path">The classifier's file, which is read where it is there.</param>
    /// <param name="seed">The seed of the classifier.</param>
    /// <param name="tell">Receives progress.</param>
    /// <param name="stop">Ends the training.</param>
    public static PictureFeatures Of(
        PictureSet set, int classifierSteps, string path, long seed, Action<FormattableString> tell, CancellationToken stop)
    {
        if (set.Train.ClassCount == 0) return new PictureFeatures(null, _ => FeatureStatistics.Of(Patches(set.Test)));
        Classifier classifier = File.Exists(path)
            ? Classifier.Load(path)
            : ClassifierTraining.Train(set.Train, classifierSteps, seed, tell, stop);
        if (!File.Exists(path)) classifier.Save(path);
        return new PictureFeatures(
            classifier,
            trained => FeatureExtraction.Statistics(new ClassifierFeatures(trained!), DatasetBatches.Images(set.Train, 500)));
    }

    /// <summary>The distance of pictures, uint8 [N, C, H, W].</summary>
    public double Distance(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor rows = classifier is null ? Patches(pictures) : new ClassifierFeatures(classifier).Extract(pictures);
        return Math.Max(0, FrechetDistance.Compute(real, FeatureStatistics.Of(rows))); // rounding may leave a little below 0
    }

    public void Dispose()
    {
        classifier?.Dispose();
        real.Dispose();
    }

    private static Tensor Patches(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        Tensor columns = nn.functional.unfold(PixelConversion.FromBytes(pictures), Patch, stride: Stride); // [N, C·8·8, patches]
        return columns.transpose(1, 2).reshape(-1, columns.size(1)).MoveToOuterDisposeScope();
    }
}
