namespace Ddpm.Inference.Tests;

/// <summary>Weights in plain memory, each of its own random numbers.</summary>
internal sealed class DrawnWeights(NetworkGraph graph, float scale = 1) : IWeightSource
{
    private readonly Dictionary<string, float[]> weights = graph.Parameters.Select(Draw)
        .ToDictionary(pair => pair.Name, pair => Array.ConvertAll(pair.Numbers, number => number * scale));

    public static DrawnWeights Of(INetworkDescription network, float scale = 1) => new(NetworkGraph.Of(network), scale);

    public ReadOnlySpan<float> Read(string name) => weights[name];

    private static (string Name, float[] Numbers) Draw(ParameterShape parameter, int index)
    {
        var numbers = new float[parameter.Count];
        new CounterBasedRandom(3, index, 0).FillNormal(numbers);
        float inputs = parameter.Shape.Length > 1 ? numbers.Length / (float)parameter.Shape[0] : 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = inputs > 0 ? numbers[i] / MathF.Sqrt(inputs) : 0.5f + 0.1f * numbers[i];
        }

        return (parameter.Name, numbers);
    }
}
