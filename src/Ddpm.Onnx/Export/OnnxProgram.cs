using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>A described network as a graph of ONNX: one of the interpreters of <see cref="NetworkGraph"/>.</summary>
internal static class OnnxProgram
{
    /// <summary>Makes the graph. Layers that the prediction does not need are left out.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Its weights, which are read when the graph is written.</param>
    /// <param name="options">How it is written, checked.</param>
    /// <param name="shape">The shape of one sample; null for any.</param>
    public static OnnxGraph Of(NetworkGraph network, IWeightSource source, OnnxExportOptions options, ImmutableArray<int>? shape)
    {
        INetworkDescription description = network.Description;
        var graph = new OnnxGraph();
        string[] reserved = [OnnxNames.Sample, OnnxNames.Timestep, OnnxNames.Label, OnnxNames.Prediction];
        foreach (string name in reserved) graph.Reserve(name);
        int[]? sizes = options.AnySize || shape is null ? null : shape.Value[1..].ToArray();
        if (description.SpatialDimensions == 0) sizes = [];
        var batch = new OnnxSize(options.BatchSize, "batch");
        OnnxSize[] pixels = description.SpatialDimensions switch
        {
            2 => [new(sizes?[0], "height"), new(sizes?[1], "width")],
            1 => [new(sizes?[0], "length")],
            _ => [],
        };
        graph.Inputs.Add(new OnnxValue(OnnxNames.Sample, OnnxType.Float32, [batch, new(description.InChannels, ""), .. pixels]));
        graph.Inputs.Add(new OnnxValue(OnnxNames.Timestep, OnnxType.Int64, [batch]));
        if (description.ClassCount > 0) graph.Inputs.Add(new OnnxValue(OnnxNames.Label, OnnxType.Int64, [batch]));
        foreach (NetworkCondition condition in description.Conditions)
        {
            OnnxSize[] size = condition.IsVector ? [] : pixels;
            graph.Reserve(OnnxNames.Condition(condition.Name));
            graph.Inputs.Add(new OnnxValue(
                OnnxNames.Condition(condition.Name), OnnxType.Float32, [batch, new(condition.Channels, ""), .. size]));
        }

        var operations = new OnnxOperations(network, graph, new OnnxWeights(graph, source, options.WeightType), sizes);
        HashSet<Feature> needed = Needed(network.Output);
        var values = new Dictionary<Feature, string>();
        foreach (Feature feature in network.Features.Where(needed.Contains))
        {
            values[feature] = operations.Compute(feature, [.. feature.Operation.Inputs.Select(input => values[input])]);
        }

        graph.Output(values[network.Output], new OnnxValue(
            OnnxNames.Prediction, OnnxType.Float32, [batch, new(network.Output.Channels, ""), .. pixels]));
        return graph;
    }

    private static HashSet<Feature> Needed(Feature output)
    {
        var needed = new HashSet<Feature>();
        var open = new Stack<Feature>([output]);
        while (open.TryPop(out Feature? feature))
        {
            if (!needed.Add(feature)) continue;
            foreach (Feature input in feature.Operation.Inputs) open.Push(input);
        }

        return needed;
    }
}
