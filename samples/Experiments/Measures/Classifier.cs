using Ddpm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// The network whose features are compared: four convolutions of 3×3 with ReLU, two of them with stride 2, tanh of the mean over the plane,
/// and one linear layer to the ten classes. What the linear layer gets are the 64 features. They are bounded, for else one odd sample of a
/// thousand decides a Fréchet distance.
/// </summary>
internal sealed class Classifier : nn.Module<Tensor, Tensor>
{
    public const int Features = 64, Classes = 10;

    private readonly Sequential body;
    private readonly Linear head;

    /// <summary>A network with random weights.</summary>
    public Classifier(long seed)
        : base(nameof(Classifier))
    {
        manual_seed(seed);
        body = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding: 1), nn.ReLU(),
            nn.Conv2d(32, 32, 3, stride: 2, padding: 1), nn.ReLU(),
            nn.Conv2d(32, Features, 3, padding: 1), nn.ReLU(),
            nn.Conv2d(Features, Features, 3, stride: 2, padding: 1), nn.ReLU());
        head = nn.Linear(Features, Classes);
        RegisterComponents();
    }

    /// <summary>Pictures, float [B, 1, H, W] in [-1, 1], to features [B, 64].</summary>
    public Tensor FeaturesOf(Tensor images)
    {
        using Tensor plane = body.forward(images);
        using Tensor means = plane.mean([2, 3]);
        return means.tanh();
    }

    /// <summary>Features [B, 64] to the ten classes' logits.</summary>
    public Tensor LogitsOf(Tensor features) => head.forward(features);

    /// <summary>Pictures to logits.</summary>
    public override Tensor forward(Tensor images)
    {
        using Tensor features = FeaturesOf(images);
        return LogitsOf(features);
    }

    /// <summary>Writes the weights.</summary>
    public void Save(string path) => SafetensorsWriter.Write(path, state_dict());

    /// <summary>Reads the weights.</summary>
    public static Classifier Load(string path)
    {
        var classifier = new Classifier(seed: 0);
        using (no_grad())
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach ((string name, Tensor weight) in classifier.state_dict()) file.ReadInto(name, weight);
        }

        classifier.eval();
        return classifier;
    }
}
