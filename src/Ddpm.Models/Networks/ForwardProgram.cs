using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A described network as operations of libtorch, on any device and in any type, with gradients. Each feature is freed after its last
/// reader.
/// </summary>
internal sealed class ForwardProgram
{
    private readonly TorchOperations operations;
    private readonly Feature[] computed;
    private readonly int[][] inputs;
    private readonly int[][] freed;
    private readonly int[] sources;
    private readonly int output;

    /// <param name="graph">The network.</param>
    /// <param name="operations">Computes a feature of others.</param>
    /// <param name="training">Whether dropout takes part.</param>
    public ForwardProgram(NetworkGraph graph, TorchOperations operations, bool training)
    {
        this.operations = operations;
        sources = [.. Enumerable.Range(0, graph.Features.Count)];
        foreach (Feature feature in graph.Features)
        {
            if (!training && feature.Operation is DropoutOperation) sources[feature.Index] = sources[feature.Operation.Inputs[0].Index];
        }

        output = sources[graph.Output.Index];
        int[] lastReader = Readers(graph);
        computed = [.. graph.Features.Where(feature => sources[feature.Index] == feature.Index && lastReader[feature.Index] >= 0)];
        inputs = [.. computed.Select(feature => Inputs(feature).ToArray())];
        freed =
        [
            .. computed.Zip(inputs, (feature, read) => read.Distinct()
                .Where(input => lastReader[input] == feature.Index && !IsGiven(graph.Features[input])).ToArray()),
        ];
    }

    /// <summary>Returns the prediction; a fresh tensor.</summary>
    /// <param name="x">x_t, [B, C, …].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; null where the network knows no classes.</param>
    /// <param name="conditions">The conditions, in the order of the description.</param>
    public Tensor Run(Tensor x, Tensor t, Tensor? labels, Tensor[] conditions)
    {
        using var scope = NewDisposeScope();
        var values = new Tensor[sources.Length];
        for (int i = 0; i < computed.Length; i++)
        {
            Feature feature = computed[i];
            values[feature.Index] = feature.Operation switch
            {
                InputOperation => x,
                ConditionOperation condition => conditions[condition.Index],
                SinusoidOperation sinusoid => operations.Timesteps(sinusoid, t),
                EmbeddingOperation embedding => operations.Embedding(embedding, labels!),
                _ => operations.Compute(feature, Array.ConvertAll(inputs[i], input => values[input])),
            };
            foreach (int input in freed[i]) values[input].Dispose();
        }

        return values[output].MoveToOuterDisposeScope();
    }

    // The caller's tensors stay the caller's.
    private static bool IsGiven(Feature feature) => feature.Operation is InputOperation or ConditionOperation;

    private IEnumerable<int> Inputs(Feature feature) => feature.Operation.Inputs.Select(input => sources[input.Index]);

    // The last feature that reads each; -1 for those that no prediction needs.
    private int[] Readers(NetworkGraph graph)
    {
        int[] last = [.. Enumerable.Repeat(-1, graph.Features.Count)];
        last[output] = graph.Features.Count;
        foreach (Feature feature in graph.Features.Reverse())
        {
            if (sources[feature.Index] != feature.Index || last[feature.Index] < 0) continue;
            foreach (int input in Inputs(feature)) last[input] = Math.Max(last[input], feature.Index);
        }

        return last;
    }
}
