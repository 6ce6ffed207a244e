namespace Ddpm.Inference;

/// <summary>The weights of a model, which several samplers read one after the other. Checks each against the network's shape.</summary>
internal sealed class SharedWeights(NetworkGraph graph, IWeightSource source)
{
    private readonly Lock reading = new();

    /// <summary>Compiles the network for a shape. Plans copy the weights.</summary>
    public Plan Compile(PlanOptions options, int rows, PlaneSize size, WorkerTeam team)
    {
        lock (reading) return PlanCompiler.Compile(graph, new CheckedWeights(graph, source), options, rows, size, team);
    }
}
