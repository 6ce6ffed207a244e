using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>The layers of a description, and what follows from them. It holds no weights.</summary>
internal sealed class NetworkGraph
{
    private readonly List<Feature>[] consumers;

    private NetworkGraph(INetworkDescription description, IReadOnlyList<Feature> features, Feature output)
    {
        Description = description;
        Features = features;
        Output = output;
        Parameters = [.. features.SelectMany(feature => feature.Operation.Parameters)];
        Dropout = features.Select(feature => feature.Operation).OfType<DropoutOperation>().FirstOrDefault()?.Probability ?? 0;
        SizeMultiple = 1 << features.Max(feature => feature.Halvings ?? 0);
        consumers = [.. features.Select(_ => new List<Feature>())];
        foreach (Feature feature in features)
        {
            foreach (Feature input in feature.Operation.Inputs) consumers[input.Index].Add(feature);
        }
    }

    /// <summary>Gets what was described.</summary>
    public INetworkDescription Description { get; }

    /// <summary>Gets all features, in the order in which a prediction computes them.</summary>
    public IReadOnlyList<Feature> Features { get; }

    /// <summary>Gets the prediction.</summary>
    public Feature Output { get; }

    /// <summary>Gets all weights, in the order in which training draws them.</summary>
    public IReadOnlyList<ParameterShape> Parameters { get; }

    /// <summary>Gets the probability of dropout; 0 for none.</summary>
    public double Dropout { get; }

    /// <summary>Gets what an example's sizes must be multiples of.</summary>
    public int SizeMultiple { get; }

    /// <summary>Returns the layers of a description.</summary>
    /// <exception cref="ArgumentException">The description contradicts itself.</exception>
    public static NetworkGraph Of(INetworkDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        Require(description.SpatialDimensions is >= 0 and <= 2, nameof(description.SpatialDimensions), "0, 1 or 2",
            description.SpatialDimensions);
        Require(description.InChannels >= 1, nameof(description.InChannels), "≥ 1", description.InChannels);
        Require(description.ClassCount >= 0, nameof(description.ClassCount), "≥ 0", description.ClassCount);
        Require(description.ClassNames is not { } names || names.Count == description.ClassCount, nameof(description.ClassNames),
            $"null or {description.ClassCount} names", $"{description.ClassNames?.Count} names");
        NetworkCondition.RequireDistinct(description.Conditions, nameof(description.Conditions));
        var builder = new NetworkBuilder(description);
        Feature? output = description.Describe(builder);
        bool known = output is not null && output.Index < builder.Features.Count && ReferenceEquals(builder.Features[output.Index], output);
        Require(known, nameof(description.Describe), "a feature of the network", output is null ? "null" : "one of another");
        Require(output!.Halvings == 0, nameof(description.Describe), "a feature in the size of x_t", output.IsConditioning
            ? "a conditioning vector"
            : "of another");
        var graph = new NetworkGraph(description, builder.Features, output);
        double[] dropouts = [.. graph.Features.Select(f => f.Operation).OfType<DropoutOperation>().Select(d => d.Probability).Distinct()];
        Require(dropouts.Length <= 1, nameof(DropoutOperation.Probability), "one for the whole network", string.Join(" and ", dropouts));
        return graph;
    }

    /// <summary>
    /// Returns all weights in the order of the state dict, nested as their names are: <see cref="INetworkDescription.NameOrder"/> says
    /// which siblings change places.
    /// </summary>
    public IReadOnlyList<ParameterShape> StateDict() => [.. Nested(Parameters, 0)];

    /// <summary>Returns the features that a feature's operation is an input of.</summary>
    public IReadOnlyList<Feature> Consumers(Feature feature) => consumers[feature.Index];

    // The weights below one name: a layer's own, then those of each name after it.
    private IEnumerable<ParameterShape> Nested(IReadOnlyList<ParameterShape> parameters, int depth)
    {
        ILookup<bool, ParameterShape> own = parameters.ToLookup(parameter => parameter.Name.Split('.').Length == depth + 1);
        IGrouping<string, ParameterShape>[] siblings = [.. own[false].GroupBy(parameter => parameter.Name.Split('.')[depth])];
        // Names that have a rank change places among themselves; all others stay where they were mentioned.
        IReadOnlyList<string> ranks = Description.NameOrder;
        var ranked = new Queue<IGrouping<string, ParameterShape>>(ranks.SelectMany(rank => siblings.Where(sibling => sibling.Key == rank)));
        IEnumerable<IGrouping<string, ParameterShape>> ordered = siblings.Select(
            each => ranks.Contains(each.Key) ? ranked.Dequeue() : each);
        return own[true].Concat(ordered.SelectMany(sibling => Nested([.. sibling], depth + 1)));
    }

    private static void Require(bool valid, string name, string expected, object actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(INetworkDescription)}.{name} must be {expected}, but is {actual}.", name);
    }
}
