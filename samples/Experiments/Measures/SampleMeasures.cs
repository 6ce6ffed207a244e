using System.Collections.Immutable;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// Measures pictures by the classifier's features: against the training set, as papers do, and against the held-out test set. Owns the
/// references.
/// </summary>
internal sealed class SampleMeasures : IDisposable
{
    public const string Fid = "FID", FidTest = "FID to test", Kid = "KID", Score = "IS", Precision = "precision", Recall = "recall";

    private const int Resamples = 20, Splits = 10;

    private readonly Classifier classifier;
    private readonly ClassifierFeatures features;
    private readonly FeatureStatistics train, test;
    private readonly Tensor trainFeatures;
    private readonly int size;

    public SampleMeasures(Experiment experiment, FashionMnist data)
    {
        size = data.Size;
        classifier = Trained(experiment, data);
        features = new ClassifierFeatures(classifier);
        trainFeatures = FeatureExtraction.Features(features, DatasetBatches.Images(data.Train, 500));
        train = FeatureStatistics.Of(trainFeatures);
        test = FeatureExtraction.Statistics(features, DatasetBatches.Images(data.Test, 500));
    }

    /// <summary>All measures of pictures, uint8 [N, 1, H, W].</summary>
    public ImmutableSortedDictionary<string, Measured> Of(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor drawn = features.Extract(pictures);
        Tensor real = trainFeatures.narrow(0, 0, Math.Min(drawn.size(0), trainFeatures.size(0)));
        KernelDistanceResult kernel = KernelDistance.Compute(real, drawn, 50, (int)Math.Min(500, drawn.size(0) / 2));
        InceptionScoreResult score = InceptionScore.Compute(classifier.LogitsOf(drawn.to(float32)), Splits);
        PrecisionRecallResult balls = PrecisionRecall.Compute(real, drawn);
        double error = Spread(drawn);
        return ImmutableSortedDictionary<string, Measured>.Empty
            .Add(Fid, new Measured(Distance(drawn, train), error))
            .Add(FidTest, new Measured(Distance(drawn, test), error))
            .Add(Kid, new Measured(kernel.Mean, kernel.StandardDeviation))
            .Add(Score, new Measured(score.Mean, score.StandardDeviation))
            .Add(Precision, new Measured(balls.Precision))
            .Add(Recall, new Measured(balls.Recall));
    }

    /// <summary>
    /// The measures of pictures of the test set: what real pictures get that no network saw. A distance to the test set is not among them.
    /// </summary>
    public ImmutableSortedDictionary<string, Measured> OfTest(Tensor pictures) => Of(pictures).Remove(FidTest);

    /// <summary>The distance of pictures to the training set alone.</summary>
    public double FidOf(Tensor pictures)
    {
        using FeatureStatistics statistics = FeatureExtraction.Statistics(features, pictures.split(500));
        return FrechetDistance.Compute(train, statistics);
    }

    /// <summary>The features of pictures of another size, which are resized to that of the data first.</summary>
    public IFeatureExtractor Resizing(ResizeFilter filter) => new ClassifierFeatures(classifier, filter, size);

    /// <summary>The fraction of pictures that the classifier puts into the classes they were drawn for.</summary>
    public double Agreement(Tensor pictures, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return classifier.LogitsOf(features.Extract(pictures)).argmax(1).eq(labels).to(float64).mean().item<double>();
    }

    public void Dispose()
    {
        classifier.Dispose();
        trainFeatures.Dispose();
        train.Dispose();
        test.Dispose();
    }

    // The classifier for the size of the data; one that was trained before is read.
    private static Classifier Trained(Experiment experiment, FashionMnist data)
    {
        string path = experiment.Out($"classifier-{data.Size}.safetensors");
        if (File.Exists(path)) return Classifier.Load(path);
        Classifier classifier = ClassifierTraining.Train(
            data.Train, experiment.Budget.ClassifierSteps, experiment.Seed, experiment.Tell, experiment.Stop);
        classifier.Save(path);
        double accuracy = ClassifierTraining.Accuracy(classifier, data.Test);
        experiment.Tell($"classifier {data.Size}×{data.Size}: {100 * accuracy:F1} % of the test pictures told");
        return classifier;
    }

    private static double Distance(Tensor drawn, FeatureStatistics reference)
    {
        using FeatureStatistics statistics = FeatureStatistics.Of(drawn);
        return FrechetDistance.Compute(reference, statistics);
    }

    // The deviation over sets drawn with replacement: what another set of as many samples of the same network would move. Another training
    // moves more.
    private double Spread(Tensor drawn)
    {
        using var generator = new Generator(1);
        double[] distances = [.. Enumerable.Range(0, Resamples).Select(_ =>
        {
            using Tensor chosen = randint(drawn.size(0), [drawn.size(0)], int64, generator: generator);
            using Tensor resample = drawn.index_select(0, chosen);
            return Distance(resample, train);
        })];
        return Measured.Mean(distances).Error!.Value;
    }
}
