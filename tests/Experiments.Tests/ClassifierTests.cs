using static TorchSharp.torch;

namespace Ddpm.Experiments.Tests;

public sealed class ClassifierTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-classifier-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(14)]
    [InlineData(28)]
    public void Load_SavedClassifier_GivesTheSameFeaturesAndLogits(int size)
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(folder.FullName, "classifier.safetensors");
        var classifier = new Classifier(seed: 3);
        classifier.Save(path);
        Classifier loaded = Classifier.Load(path);
        Tensor pictures = randint(256, [5, 1, size, size], uint8, generator: new Generator(2));
        Tensor features = new ClassifierFeatures(classifier).Extract(pictures), again = new ClassifierFeatures(loaded).Extract(pictures);
        features.shape.Should().Equal(5, Classifier.Features);
        again.Equals(features).Should().BeTrue();
        loaded.LogitsOf(again).Equals(classifier.LogitsOf(features)).Should().BeTrue();
        features.std([0]).max().item<float>().Should().BeGreaterThan(0); // pictures are told apart
    }
}
