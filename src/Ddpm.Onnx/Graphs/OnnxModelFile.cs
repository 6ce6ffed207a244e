using Ddpm.Core;

namespace Ddpm.Onnx;

/// <summary>Writes a graph as a model (ModelProto): one file, or one and another with the weights where it would be too large.</summary>
internal static class OnnxModelFile
{
    /// <summary>The bytes that a message of Protocol Buffers may have.</summary>
    public const long LargestMessage = int.MaxValue;

    // The operators, and the version of the format that came with them.
    private const long Opset = 18, Format = 8;

    // Runtimes map weights into memory from where a page begins.
    private const long Page = 4096;

    private const int FormatField = 1, ProducerField = 2, VersionField = 3, GraphField = 7, OpsetField = 8, MetadataField = 14;
    private const int OpsetVersion = 2, Key = 1, Value = 2;

    /// <summary>Writes the files under temporary names.</summary>
    /// <param name="path">The model.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="version">The version of this library.</param>
    /// <param name="metadata">A text that the model carries, and its name.</param>
    /// <param name="largest">The bytes that the model may have with its weights.</param>
    /// <returns>The files, in the order in which they are to be put in place.</returns>
    public static IEnumerable<StagedFile> Stage(
        string path, OnnxGraph graph, string version, KeyValuePair<string, string> metadata, long largest)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        ProtobufMessage model = Model(graph.Message(name, tensor => tensor.Inside()), version, metadata);
        if (model.Length > largest)
        {
            string data = $"{path}.data";
            Dictionary<string, long> offsets = Offsets(graph);
            yield return AtomicFile.Stage(data, stream => WriteData(graph, offsets, stream));
            model = Model(
                graph.Message(name, tensor => offsets.TryGetValue(tensor.Name, out long offset)
                    ? tensor.Outside(Path.GetFileName(data), offset)
                    : tensor.Inside()),
                version, metadata);
        }

        yield return AtomicFile.Stage(path, model.WriteTo);
    }

    private static ProtobufMessage Model(ProtobufMessage graph, string version, KeyValuePair<string, string> metadata)
    {
        ProtobufMessage model = new ProtobufMessage().Add(FormatField, Format).Add(ProducerField, "Ddpm.NET").Add(VersionField, version)
            .Add(GraphField, graph).Add(OpsetField, new ProtobufMessage().Add(OpsetVersion, Opset));
        return model.Add(MetadataField, new ProtobufMessage().Add(Key, metadata.Key).Add(Value, metadata.Value));
    }

    private static Dictionary<string, long> Offsets(OnnxGraph graph)
    {
        var offsets = new Dictionary<string, long>();
        long end = 0;
        foreach (OnnxTensor weight in graph.Tensors.Where(tensor => tensor.IsWeight))
        {
            offsets[weight.Name] = end;
            end = (end + weight.Bytes + Page - 1) / Page * Page;
        }

        return offsets;
    }

    private static void WriteData(OnnxGraph graph, Dictionary<string, long> offsets, Stream stream)
    {
        long written = 0;
        foreach (OnnxTensor weight in graph.Tensors.Where(tensor => tensor.IsWeight))
        {
            stream.Write(new byte[offsets[weight.Name] - written]);
            weight.Write(stream);
            written = offsets[weight.Name] + weight.Bytes;
        }
    }
}
