namespace Ddpm.Inference;

/// <summary>Weights of which each is compared with the network's shape as it is read.</summary>
/// <param name="graph">The network.</param>
/// <param name="source">The weights.</param>
internal sealed class CheckedWeights(NetworkGraph graph, IWeightSource source) : IWeightSource
{
    private readonly Dictionary<string, ParameterShape> shapes = graph.Parameters.ToDictionary(parameter => parameter.Name);

    public ReadOnlySpan<float> Read(string name)
    {
        ReadOnlySpan<float> weight = source.Read(name);
        ParameterShape shape = shapes[name];
        return weight.Length == shape.Count ? weight : throw new InvalidDataException(
            $"weights must give {shape.Count} numbers for {name} [{string.Join(", ", shape.Shape)}], but give {weight.Length}.");
    }
}
