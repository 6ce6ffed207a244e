namespace Ddpm.Inference;

/// <summary>The weights of a model, which several samplers read one after the other. Checks each against the network's shape.</summary>
internal sealed class SharedWeights(NetworkGraph graph, IWeightSource source)
{
    private readonly Lock reading = new();

    /// <summary>Compiles the network for a shape. Plans copy the weights.</summary>
    public Plan Compile(PlanOptions options, int rows, PlaneSize size, WorkerTeam team)
    {
        lock (reading) return PlanCompiler.Compile(graph, new Checked(graph, source), options, rows, size, team);
    }

    private sealed class Checked(NetworkGraph graph, IWeightSource source) : IWeightSource
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
}
