using System.Runtime.InteropServices;

namespace Ddpm.Onnx;

/// <summary>The nodes and numbers of a model (GraphProto), in the order in which a prediction computes them.</summary>
internal sealed class OnnxGraph
{
    private const int NodeField = 1, NameField = 2, TensorField = 5, InputField = 11, OutputField = 12;
    private const int NodeInput = 1, NodeOutput = 2, NodeName = 3, NodeOperation = 4, NodeAttribute = 5;

    private readonly List<ProtobufMessage> nodes = [];
    private readonly Dictionary<string, string> constants = [];
    private readonly List<OnnxTensor> tensors = [];
    private readonly HashSet<string> names = [];

    /// <summary>The inputs.</summary>
    public List<OnnxValue> Inputs { get; } = [];

    /// <summary>The outputs.</summary>
    public List<OnnxValue> Outputs { get; } = [];

    /// <summary>The numbers that the model holds.</summary>
    public IReadOnlyList<OnnxTensor> Tensors => tensors;

    /// <summary>Keeps a name from being given to a node or tensor.</summary>
    public string Reserve(string name)
    {
        string free = name;
        for (int i = 2; !names.Add(free); i++) free = FormattableString.Invariant($"{name}_{i}");
        return free;
    }

    /// <summary>Adds a node with one output; gives the output's name.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="name">What the node computes.</param>
    /// <param name="inputs">The names of what it reads.</param>
    /// <param name="attributes">Its settings.</param>
    public string Node(string operation, string name, IEnumerable<string> inputs, params OnnxAttribute[] attributes) =>
        Node(operation, name, inputs, 1, attributes)[0];

    /// <summary>Adds a node; gives the names of its outputs.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="name">What the node computes.</param>
    /// <param name="inputs">The names of what it reads.</param>
    /// <param name="outputs">How many outputs it has.</param>
    /// <param name="attributes">Its settings.</param>
    public string[] Node(string operation, string name, IEnumerable<string> inputs, int outputs, params OnnxAttribute[] attributes)
    {
        string[] results = [.. Enumerable.Range(0, outputs).Select(_ => Reserve($"/{name}/{operation}"))];
        AddNode(operation, results[0], inputs, results, attributes);
        return results;
    }

    /// <summary>Gives a value the name of an output.</summary>
    /// <param name="value">The value.</param>
    /// <param name="output">The output.</param>
    public void Output(string value, OnnxValue output)
    {
        AddNode("Identity", $"/{output.Name}", [value], [output.Name], []);
        Outputs.Add(output);
    }

    /// <summary>Gives whole numbers, once for all nodes that read the same.</summary>
    public string Constant(params long[] values) => Constant(
        $"[{string.Join(",", values)}]", OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Gives a number, once for all nodes that read the same.</summary>
    public string Constant(float value) =>
        Constant(FormattableString.Invariant($"{value:R}"), OnnxType.Float32, [], BitConverter.GetBytes(value));

    /// <summary>Gives numbers, once for all nodes that read them under one name.</summary>
    public string Constant(string name, IReadOnlyList<long> shape, Func<float[]> values)
    {
        if (constants.TryGetValue(name, out string? known)) return known;
        return Constant(name, OnnxType.Float32, shape, MemoryMarshal.AsBytes(values().AsSpan()).ToArray());
    }

    /// <summary>Adds numbers that the model holds; gives their name.</summary>
    public string Tensor(OnnxTensor tensor)
    {
        string name = Reserve(tensor.Name);
        tensors.Add(tensor with { Name = name });
        return name;
    }

    /// <summary>The graph in ONNX's format.</summary>
    /// <param name="name">The name of the graph.</param>
    /// <param name="tensor">Gives each tensor in ONNX's format.</param>
    public ProtobufMessage Message(string name, Func<OnnxTensor, ProtobufMessage> tensor)
    {
        var graph = new ProtobufMessage();
        foreach (ProtobufMessage node in nodes) graph.Add(NodeField, node);
        graph.Add(NameField, name);
        foreach (OnnxTensor each in tensors) graph.Add(TensorField, tensor(each));
        foreach (OnnxValue input in Inputs) graph.Add(InputField, input.Message());
        foreach (OnnxValue output in Outputs) graph.Add(OutputField, output.Message());
        return graph;
    }

    private string Constant(string name, OnnxType type, IReadOnlyList<long> shape, byte[] bytes)
    {
        if (constants.TryGetValue(name, out string? known)) return known;
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Writing ONNX models needs a little-endian machine.");
        return constants[name] = Tensor(new OnnxTensor(name, type, shape, false, stream => stream.Write(bytes)));
    }

    private void AddNode(
        string operation, string name, IEnumerable<string> inputs, IEnumerable<string> outputs, IEnumerable<OnnxAttribute> attributes)
    {
        var node = new ProtobufMessage();
        foreach (string input in inputs) node.Add(NodeInput, input);
        foreach (string output in outputs) node.Add(NodeOutput, output);
        node.Add(NodeName, name).Add(NodeOperation, operation);
        foreach (OnnxAttribute attribute in attributes) node.Add(NodeAttribute, attribute.Message);
        nodes.Add(node);
    }
}
