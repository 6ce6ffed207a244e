using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>
/// What an exported model says of itself beside its graph, in its metadata_props and in the JSON file beside it: the process that it was
/// trained for, with its tables, its sample shape and its classes.
/// </summary>
public sealed record OnnxMetadata
{
    /// <summary>Gets the library that wrote the model, and its version; null for a model of another.</summary>
    public string? Library { get; init; }

    /// <summary>Gets the shape of one sample; null where the model takes several.</summary>
    public ImmutableArray<int>? SampleShape { get; init; }

    /// <summary>Gets what the sizes of a sample must be multiples of, where the model takes several.</summary>
    public int SizeMultiple { get; init; } = 1;

    /// <summary>Gets the number of classes; 0 for none.</summary>
    public int ClassCount { get; init; }

    /// <summary>Gets whether the model knows "no class", as the label after the last class.</summary>
    public bool HasNullLabel { get; init; }

    /// <summary>Gets the names of the classes; null where they have numbers only.</summary>
    public ClassNames? ClassNames { get; init; }

    /// <summary>Gets the process that the model was trained for; null where the model does not say.</summary>
    public ProcessDescription? Process { get; init; }

    /// <summary>The type of the stored weights.</summary>
    internal OnnxWeightType WeightType { get; init; }

    /// <summary>The version of this library.</summary>
    internal static string Version { get; } =
        typeof(OnnxMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Reads the metadata of a model.</summary>
    /// <param name="text">The JSON that the model carries.</param>
    /// <param name="source">The model, for messages.</param>
    /// <exception cref="InvalidDataException">A field is damaged; the message names model, field, expected and found.</exception>
    internal static OnnxMetadata Read(string text, string source)
    {
        ConfigurationReader reader = ConfigurationReader.Parse(Encoding.UTF8.GetBytes(text), $"{source}: metadata {OnnxNames.Entry}");
        return new OnnxMetadata
        {
            Library = reader.Text(OnnxNames.Library),
            WeightType = reader.Choice(OnnxNames.WeightType, OnnxWeightTypes.Known),
            SampleShape = reader.Contains(OnnxNames.SampleShape)
                ? [.. reader.WholeNumbers(OnnxNames.SampleShape, 1, int.MaxValue, 3).Select(size => (int)size)]
                : null,
            SizeMultiple = (int)reader.WholeNumber(OnnxNames.SizeMultiple, 1, int.MaxValue),
            ClassCount = (int)reader.WholeNumber(OnnxNames.ClassCount, 0, int.MaxValue),
            HasNullLabel = reader.Flag(OnnxNames.NullLabel, false),
            ClassNames = UNetConfiguration.Names(reader),
            Process = reader.Contains(OnnxNames.Scheduler) ? SchedulerConfigurationFile.Read(reader.Nested(OnnxNames.Scheduler)) : null,
        };
    }

    /// <summary>The metadata as the JSON file beside a model holds it.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the process.</exception>
    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            [OnnxNames.Library] = $"Ddpm.NET {Version}",
            [OnnxNames.WeightType] = WeightType.Name(),
        };
        if (SampleShape is { } shape) json[OnnxNames.SampleShape] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]);
        json[OnnxNames.SizeMultiple] = SizeMultiple;
        json[OnnxNames.ClassCount] = ClassCount;
        if (ClassCount > 0) json[OnnxNames.NullLabel] = HasNullLabel;
        if (ClassNames is not null) json[UNetConfiguration.ClassNamesField] = UNetConfiguration.Names(ClassNames);
        if (Process is null) return json;
        json[OnnxNames.Scheduler] = SchedulerConfigurationFile.Write(Process);
        var coefficients = new DiffusionCoefficients(Process.Schedule);
        json[OnnxNames.Betas] = Table(coefficients.Betas);
        json[OnnxNames.AlphaBars] = Table(coefficients.AlphaBars);
        return json;
    }

    private static JsonArray Table(IEnumerable<double> values) => new([.. values.Select(value => (JsonNode)value)]);
}
