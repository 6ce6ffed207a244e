using System.Collections.Immutable;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>Checks the options of an export against the network before anything is written.</summary>
internal static class OnnxExportValidation
{
    /// <summary>Throws for the first option that is out of range.</summary>
    /// <param name="options">The options.</param>
    /// <param name="graph">The network.</param>
    /// <returns>The shape of one sample; null where the network takes several and none was given.</returns>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the network.</exception>
    public static ImmutableArray<int>? Validate(this OnnxExportOptions options, NetworkGraph graph)
    {
        INetworkDescription network = graph.Description;
        Check(Enum.IsDefined(options.WeightType), nameof(options.WeightType), "a type of stored weights", options.WeightType);
        Check(options.BatchSize is null or >= 1, nameof(options.BatchSize), "null or ≥ 1", options.BatchSize);
        bool sized = network.SpatialDimensions > 0;
        Check(!options.AnySize || sized, nameof(options.AnySize), "false for a network of vectors", options.AnySize);
        int? names = options.ClassNames?.Count;
        Check(names is null || names == network.ClassCount, nameof(options.ClassNames),
            $"null, or a name for each of the network's {network.ClassCount} classes", $"{names} names");
        ImmutableArray<int>? shape = options.SampleShape is { } given ? [.. given] : InferenceModel.ShapeOf(network);
        if (shape is { } sizes) CheckShape(sizes, graph);
        if (options.Process is { } process) new ReverseProcess(process, process.Schedule).RequireFit(network, graph.Output.Channels);
        return shape;
    }

    private static void CheckShape(ImmutableArray<int> shape, NetworkGraph graph)
    {
        int dimensions = graph.Description.SpatialDimensions, channels = graph.Description.InChannels, multiple = graph.SizeMultiple;
        bool fits = shape.Length == 1 + dimensions && shape[0] == channels && shape[1..].All(size => size > 0 && size % multiple == 0);
        string sizes = dimensions switch { 2 => ", H, W", 1 => ", L", _ => "" };
        string multiples = dimensions == 0 ? "" : $" with sizes that are positive multiples of {multiple}";
        Check(fits, nameof(OnnxExportOptions.SampleShape), $"[{channels}{sizes}]{multiples}", $"[{string.Join(", ", shape)}]");
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(OnnxExportOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
