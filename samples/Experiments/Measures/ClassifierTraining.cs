using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>Trains the classifier whose features are compared, or reads it where it was trained before.</summary>
internal static class ClassifierTraining
{
    private const int BatchSize = 128;
    private const double LearningRate = 2e-3;

    /// <summary>The classifier for the size of some data.</summary>
    public static Classifier LoadOrTrain(Experiment experiment, FashionMnist data)
    {
        string path = experiment.Out($"classifier-{data.Size}.safetensors");
        if (!File.Exists(path)) Train(experiment, data, path);
        return Classifier.Load(path);
    }

    /// <summary>The fraction of pictures whose class it tells.</summary>
    public static double Accuracy(Classifier classifier, ImageDataset data)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor features = FeatureExtraction.Features(new ClassifierFeatures(classifier), DatasetBatches.Images(data, 500));
        return classifier.LogitsOf(features.to(float32)).argmax(1).eq(data.ImageLabels()!).to(float64).mean().item<double>();
    }

    private static void Train(Experiment experiment, FashionMnist data, string path)
    {
        using var classifier = new Classifier(experiment.Seed);
        using var optimizer = optim.Adam(classifier.parameters(), LearningRate);
        int steps = experiment.Budget.ClassifierSteps;
        LearningRateDecay decay = LearningRateDecay.Cosine(steps);
        var batches = new ShuffledBatches(data.Train, BatchSize, experiment.Seed);
        for (int step = 0; step < steps; step++)
        {
            experiment.Stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using TrainingBatch batch = batches.Batch(step);
            foreach (var group in optimizer.ParamGroups) group.LearningRate = LearningRate * decay.Factor(step);
            optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(classifier.forward(batch.X0), tensor(batch.Labels!.ToArray()));
            loss.backward();
            optimizer.step();
            if ((step + 1) % 400 == 0)
            {
                experiment.Tell($"classifier {data.Size}×{data.Size}: step {step + 1:N0}/{steps:N0}, loss {loss.item<float>():F3}");
            }
        }

        classifier.eval();
        classifier.Save(path);
        experiment.Tell($"classifier {data.Size}×{data.Size}: {100 * Accuracy(classifier, data.Test):F1} % of the test pictures told");
    }
}
