using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>Trains the classifier whose features are compared.</summary>
internal static class ClassifierTraining
{
    private const int BatchSize = 128;
    private const double LearningRate = 2e-3;

    /// <summary>The fraction of pictures whose class it tells.</summary>
    public static double Accuracy(Classifier classifier, ImageDataset data)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor features = FeatureExtraction.Features(new ClassifierFeatures(classifier), DatasetBatches.Images(data, 500));
        return classifier.LogitsOf(features.to(float32)).argmax(1).eq(data.ImageLabels()!).to(float64).mean().item<double>();
    }

    /// <summary>Trains a classifier.</summary>
    /// <param name="data">Its pictures and their classes.</param>
    /// <param name="steps">Training steps.</param>
    /// <param name="seed">The seed of weights and batches.</param>
    /// <param name="tell">Receives the loss now and then.</param>
    /// <param name="stop">Ends the training; there is no classifier then.</param>
    public static Classifier Train(ImageDataset data, int steps, long seed, Action<FormattableString> tell, CancellationToken stop)
    {
        var classifier = new Classifier(seed);
        try
        {
            Learn(classifier, data, steps, seed, tell, stop);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }

        classifier.eval();
        return classifier;
    }

    private static void Learn(
        Classifier classifier, ImageDataset data, int steps, long seed, Action<FormattableString> tell, CancellationToken stop)
    {
        using var optimizer = optim.Adam(classifier.parameters(), LearningRate);
        LearningRateDecay decay = LearningRateDecay.Cosine(steps);
        var batches = new ShuffledBatches(data, BatchSize, seed);
        for (int step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using TrainingBatch batch = batches.Batch(step);
            foreach (var group in optimizer.ParamGroups) group.LearningRate = LearningRate * decay.Factor(step);
            optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(classifier.forward(batch.X0), tensor(batch.Labels!.ToArray()));
            loss.backward();
            optimizer.step();
            if ((step + 1) % 400 == 0)
            {
                tell($"classifier {data.Shape[1]}×{data.Shape[2]}: step {step + 1:N0}/{steps:N0}, loss {loss.item<float>():F3}");
            }
        }
    }
}
