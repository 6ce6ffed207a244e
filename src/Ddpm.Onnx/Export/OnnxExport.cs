using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>
/// Writes trained networks as ONNX models (opset 18), which ONNX Runtime and others run. Beside a model lie its tables as JSON
/// (<c>.json</c>) and a page on how to use it (<c>.md</c>); a model above 2 GB has its weights in a second file (<c>.data</c>).
/// </summary>
/// <remarks>
/// The model takes <c>sample</c>, float32 [batch, C, …]; <c>timestep</c>, int64 [batch]; of a network with classes, <c>label</c>, int64
/// [batch]; and for each condition <c>condition_</c> with its name, float32 [batch, C, …] or [batch, C]. It gives <c>prediction</c>,
/// float32 [batch, Cout, …].
/// </remarks>
public static class OnnxExport
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the network of a model folder, with the folder's process.</summary>
    /// <param name="path">The model to write, such as clothes.onnx; its folder must exist.</param>
    /// <param name="modelFolder">A folder of a U-Net or an MLP, in the layout of diffusers' DDPMPipeline, or of a network alone.</param>
    /// <param name="options">How it is written. Default: float32, any batch.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the network; nothing has been written.</exception>
    /// <exception cref="FileNotFoundException">A file of the folder is missing; nothing has been written.</exception>
    /// <exception cref="InvalidDataException">The folder is damaged, or its parts do not fit; nothing has been written.</exception>
    /// <exception cref="NotSupportedException">
    /// A weight is too large for 16 bits, or the process has no words in the format; nothing has been written.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static OnnxExportReport Save(string path, string modelFolder, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        options ??= OnnxExportOptions.Default;
        (INetworkDescription network, ProcessDescription? own, _, _) = ModelDescription.ReadAny(modelFolder, null);
        NetworkGraph graph = NetworkGraph.Of(network);
        const string kind = nameof(OnnxExportOptions);
        using ModelWeights weights = ModelWeights.Open(modelFolder, network, options.WeightPrefix, options.Variant, kind);
        weights.Match(graph).RequireComplete(weights.FilePath, weights.Prefixes, $"{kind}.{nameof(options.WeightPrefix)}");
        weights.RequireRange();
        weights.VerifyDigest();
        if (options.Process is null && own is not null)
        {
            ReverseProcess process = FolderProcess.Require(modelFolder, own, made => new ReverseProcess(made, made.Schedule));
            FolderProcess.RequireFit(modelFolder, network, graph.Output.Channels, own.Variance, process.Variance.OutputsPerElement);
            options = options with { Process = own };
        }

        return Write(path, graph, weights, options);
    }

    /// <summary>Writes a network.</summary>
    /// <param name="path">The model to write, such as clothes.onnx; its folder must exist.</param>
    /// <param name="network">The network, such as a <see cref="UNetDescription"/> or one of yours.</param>
    /// <param name="weights">Its weights; the caller keeps them.</param>
    /// <param name="options">How it is written. Default: float32, any batch, without a process.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">
    /// The description contradicts itself, or an option is out of range or does not fit the network; nothing has been written.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A weight has another number of elements than the network; nothing has been written.
    /// </exception>
    /// <exception cref="KeyNotFoundException">A weight is missing; nothing has been written.</exception>
    /// <exception cref="NotSupportedException">
    /// A weight is too large for 16 bits, or the process has no words in the format; nothing has been written.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static OnnxExportReport Save(
        string path, INetworkDescription network, IWeightSource weights, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(weights);
        options ??= OnnxExportOptions.Default;
        if (options.WeightPrefix is { } prefix)
        {
            throw new ArgumentException($"WeightPrefix must be null where weights are given, but is \"{prefix}\".", nameof(options));
        }

        if (options.Variant is { } variant)
        {
            throw new ArgumentException($"Variant must be null where weights are given, but is \"{variant}\".", nameof(options));
        }

        return Write(path, NetworkGraph.Of(network), weights, options);
    }

    private static OnnxExportReport Write(string path, NetworkGraph network, IWeightSource weights, OnnxExportOptions options)
    {
        ImmutableArray<int>? shape = options.Validate(network);
        var metadata = new OnnxMetadata
        {
            WeightType = options.WeightType,
            SampleShape = shape,
            SizeMultiple = network.SizeMultiple,
            ClassCount = network.Description.ClassCount,
            HasNullLabel = network.Description.ClassCount > 0 && network.Description.HasNullLabel,
            ClassNames = options.ClassNames ?? network.Description.ClassNames,
            Process = options.Process,
        };
        JsonObject json = metadata.ToJson();
        OnnxGraph graph = OnnxProgram.Of(network, new CheckedWeights(network, weights), options, shape);
        var entry = KeyValuePair.Create(OnnxNames.Entry, json.ToJsonString());
        var staged = new List<StagedFile>();
        try
        {
            staged.AddRange(OnnxModelFile.Stage(path, graph, OnnxMetadata.Version, entry, options.LargestFile));
            staged.Add(AtomicFile.Stage($"{path}.json", stream => WriteJson(json, stream)));
            staged.Add(AtomicFile.Stage($"{path}.md", stream => stream.Write(OnnxCard.Of(path, graph, metadata))));
            foreach (StagedFile file in staged) file.Commit();
        }
        finally
        {
            foreach (StagedFile file in staged) file.Dispose();
        }

        string[] files = [.. staged.Select(file => file.FilePath)];
        return new OnnxExportReport([.. files], files[..^2].Sum(file => new FileInfo(file).Length),
            network.Parameters.Sum(parameter => parameter.Count), metadata);
    }

    private static void WriteJson(JsonObject json, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, Readable);
        json.WriteTo(writer);
    }
}
