using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Ddpm.Models.Tests.Inference.Plans;

/// <summary>A network of random operations in a random order: what a user may describe, whether steps fuse it or not.</summary>
internal sealed class RandomNetwork(int seed) : INetworkDescription
{
    // A group of few numbers may deviate by no more than they are rounded; so large an epsilon makes at most three times as much of it.
    private const double Epsilon = 0.1;

    public int SpatialDimensions => seed % 3;

    public int InChannels => 1 + seed % 5;

    public int ClassCount => seed % 2 == 0 ? 3 : 0;

    public bool HasNullLabel => seed % 4 == 0;

    public IReadOnlyList<Core.NetworkCondition> Conditions => seed % 4 == 1
        ? [Core.NetworkCondition.Vector("facts", 3), Core.NetworkCondition.Spatial("shown", 2)]
        : [];

    /// <summary>Random numbers for the conditions of three examples.</summary>
    public Dictionary<string, Tensor> Given(long[] sizes) => Conditions.ToDictionary(
        condition => condition.Name,
        condition => torch.randn(
            [3, condition.Channels, .. condition.IsVector ? [] : sizes], torch.float32, generator: new torch.Generator((ulong)seed + 1)));

    public Feature Describe(NetworkBuilder net)
    {
        var random = new Random(seed);
        var examples = new List<Feature> { net.Input };
        var vectors = new List<Feature> { net.Sinusoid(6 + seed % 3) };
        if (ClassCount > 0) vectors.Add(net.ClassEmbedding("classes", 5));
        foreach (Core.NetworkCondition condition in Conditions)
        {
            (condition.IsVector ? vectors : examples).Add(net.Condition(condition.Name));
        }

        for (int step = 0; step < 14; step++)
        {
            Feature x = examples[random.Next(examples.Count)], vector = vectors[random.Next(vectors.Count)];
            string name = $"layers.{step}";
            if (random.Next(3) == 0) vectors.Add(Vector(net, random, name, vector, vectors));
            else if (Example(net, random, name, x, vector, examples) is { } next) examples.Add(next);
        }

        // All sizes come back to that of x_t, and all that is left over becomes part of the answer.
        Feature[] same = [.. examples.Where(feature => feature.Halvings == 0)];
        Feature sum = same.Skip(1).Aggregate(net.Linear("first", same[0], 4), (total, next) =>
            net.Add(total, net.Linear($"last.{next.Index}", next, 4)));
        return net.Add(sum, net.Linear("told", vectors[^1], 4));
    }

    private static Feature Vector(NetworkBuilder net, Random random, string name, Feature vector, List<Feature> vectors) =>
        random.Next(6) switch
        {
            0 => net.Linear(name, vector, 3 + random.Next(20)),
            1 => net.Silu(net.Linear(name, vector, 3 + random.Next(20))),
            2 => net.Affine(vector, 0.5, -0.25),
            3 => net.Concatenate(vector, vectors[0]),
            4 => net.Add(net.Linear(name, vectors[0], vector.Channels), vector),
            _ => net.Tanh(net.Divide(vector, 1.5)),
        };

    private Feature? Example(NetworkBuilder net, Random random, string name, Feature x, Feature vector, List<Feature> examples)
    {
        int outputs = 1 + random.Next(40);
        Feature other = examples.Last(feature => feature.Halvings == x.Halvings);
        return random.Next(13) switch
        {
            0 => net.Linear(name, x, outputs),
            1 => net.Silu(net.GroupNorm(name, x, random.Next(2) == 0 ? 1 : x.Channels, Epsilon)),
            2 => net.Add(x, net.Linear(name, vector, x.Channels)),
            3 => net.GroupNorm(name, net.Add(x, net.Linear($"{name}.vector", vector, x.Channels)), 1, Epsilon),
            4 => net.Modulate(net.GroupNorm(name, x, 1, Epsilon), net.Linear($"{name}.vector", vector, 2 * x.Channels)),
            5 => net.Modulate(x, net.Linear(name, vector, 2 * x.Channels)),
            6 => net.Concatenate(x, other),
            7 => net.Divide(net.Add(net.Linear(name, other, x.Channels), x), 1.25),
            8 => net.Dropout(net.Relu(x), 0.1),
            9 when SpatialDimensions > 0 => net.Convolution(name, x, outputs, kernel: 1 + 2 * random.Next(3)),
            10 when SpatialDimensions > 0 && x.Halvings == 0 =>
                net.Convolution(name, x, outputs, stride: 2, padding: (ConvolutionPadding)random.Next(2)),
            11 when SpatialDimensions > 0 && x.Halvings == 1 =>
                random.Next(2) == 0 ? net.Upsample(x) : net.Convolution(name, net.Upsample(x), outputs),
            12 when SpatialDimensions > 0 => net.Linear(name, net.SelfAttention($"{name}.q", $"{name}.k", $"{name}.v", x), outputs),
            _ => net.Affine(x, 0.9, 0.1),
        };
    }
}
