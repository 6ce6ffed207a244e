using System.Text.Json;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>What each operation of a described network is in ONNX's operators of opset 18.</summary>
/// <param name="net">The network.</param>
/// <param name="graph">Receives the nodes.</param>
/// <param name="weights">Receives the weights.</param>
/// <param name="sizes">The sizes of x_t after batch and channels; empty for vectors, null where the caller chooses them.</param>
internal sealed class OnnxOperations(NetworkGraph net, OnnxGraph graph, OnnxWeights weights, IReadOnlyList<int>? sizes)
{
    private readonly int dimensions = net.Description.SpatialDimensions;

    /// <summary>Adds the nodes of a feature; gives the name of its value.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="inputs">The names of the values that it reads.</param>
    public string Compute(Feature feature, IReadOnlyList<string> inputs)
    {
        string label = $"{Kind(feature.Operation)}_{feature.Index}", x = inputs.Count > 0 ? inputs[0] : "";
        return feature.Operation switch
        {
            InputOperation => OnnxNames.Sample,
            ConditionOperation condition => OnnxNames.Condition(condition.Name),
            SinusoidOperation sinusoid => Sinusoid(label, sinusoid),
            EmbeddingOperation embedding => Embedding(embedding, feature.Channels),
            ConvolutionOperation convolution => Convolution(convolution, x),
            LinearOperation linear => Linear(linear.Name, linear.Inputs[0], x, linear.Outputs),
            GroupNormOperation norm => GroupNorm(norm, x),
            ActivationOperation { Function: Activation.Silu } => graph.Node("Mul", label, [x, graph.Node("Sigmoid", label, [x])]),
            ActivationOperation { Function: Activation.Relu } => graph.Node("Relu", label, [x]),
            ActivationOperation { Function: Activation.Tanh } => graph.Node("Tanh", label, [x]),
            AddOperation when feature.IsConditioning => graph.Node("Add", label, inputs),
            AddOperation add => graph.Node("Add", label, [x, OverPixels(label, add.Inputs[1], inputs[1])]),
            DivideOperation divide => graph.Node("Div", label, [x, graph.Constant((float)divide.Divisor)]),
            AffineOperation affine => graph.Node("Add", label,
                [graph.Node("Mul", label, [x, graph.Constant((float)affine.Multiplier)]), graph.Constant((float)affine.Addend)]),
            ModulateOperation => Modulate(label, feature, x, inputs[1]),
            ConcatenateOperation => graph.Node("Concat", label, inputs, OnnxAttribute.Of("axis", 1)),
            UpsampleOperation => Upsample(label, x),
            SelfAttentionOperation attention => SelfAttention(label, attention, x),
            DropoutOperation => x,
            _ => throw new InvalidOperationException($"{feature.Operation.GetType().Name} has no operator of ONNX."),
        };
    }

    // SelfAttentionOperation → self_attention.
    private static string Kind(Operation operation) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(operation.GetType().Name.Replace("Operation", "", StringComparison.Ordinal));

    // [sin(t f) | cos(t f)], with the frequencies rounded to float32 as libtorch does.
    private string Sinusoid(string label, SinusoidOperation sinusoid)
    {
        string frequencies = graph.Constant($"{label}.frequencies", [1, sinusoid.Half], sinusoid.Frequencies);
        string time = graph.Node("Cast", label, [OnnxNames.Timestep], OnnxAttribute.Of("to", (int)OnnxType.Float32));
        string column = graph.Node("Unsqueeze", label, [time, graph.Constant(1L)]);
        string angle = graph.Node("Mul", label, [column, frequencies]);
        string sines = graph.Node("Sin", label, [angle]), cosines = graph.Node("Cos", label, [angle]);
        string[] both = sinusoid.CosineFirst ? [cosines, sines] : [sines, cosines];
        string rows = graph.Node("Concat", label, both, OnnxAttribute.Of("axis", 1));
        return sinusoid.Channels % 2 == 0 ? rows : graph.Node("Pad", label, [rows, graph.Constant(0, 0, 0, 1)]);
    }

    // The last row is that of no class, so that -1 finds it too.
    private string Embedding(EmbeddingOperation embedding, int channels)
    {
        string table = weights.Product($"{embedding.Name}.weight", [embedding.Rows, channels]);
        return graph.Node("Gather", embedding.Name, [table, OnnxNames.Label], OnnxAttribute.Of("axis", 0));
    }

    private string Convolution(ConvolutionOperation convolution, string x)
    {
        int kernel = convolution.Kernel, half = kernel / 2;
        (int before, int after) = convolution.Padding == ConvolutionPadding.Same ? (half, half) : (0, 1);
        string[] inputs = [x, .. Parameters(convolution.Name, convolution.Parameters[0].Shape, convolution.Outputs)];
        return Convolve(convolution.Name, inputs, kernel, convolution.Stride, before, after);
    }

    // A dense layer of each pixel is a convolution whose kernel is one pixel.
    private string Linear(string name, Feature source, string x, int outputs)
    {
        bool pixels = !source.IsConditioning && dimensions > 0;
        long[] shape = [outputs, source.Channels, .. pixels ? Enumerable.Repeat(1L, dimensions) : []];
        string[] inputs = [x, .. Parameters(name, shape, outputs)];
        return pixels ? Convolve(name, inputs, 1, 1, 0, 0) : graph.Node("Gemm", name, inputs, OnnxAttribute.Of("transB", 1));
    }

    private string[] Parameters(string name, IReadOnlyList<long> shape, int outputs) =>
        [weights.Product($"{name}.weight", shape), weights.Plain($"{name}.bias", [outputs])];

    private string Convolve(string name, string[] inputs, int kernel, int stride, int before, int after) => graph.Node(
        "Conv", name, inputs,
        OnnxAttribute.Of("kernel_shape", Each(kernel)),
        OnnxAttribute.Of("strides", Each(stride)),
        OnnxAttribute.Of("pads", [.. Each(before), .. Each(after)]));

    private IEnumerable<long> Each(int size) => Enumerable.Repeat((long)size, dimensions);

    // InstanceNormalization over groups as channels: opset 21's GroupNormalization is slower, and unknown to older runtimes.
    private string GroupNorm(GroupNormOperation norm, string x)
    {
        Feature source = norm.Inputs[0];
        int groups = norm.Groups, channels = source.Channels;
        string grouped = graph.Node("Reshape", norm.Name, [x, graph.Constant(0, groups, -1)]);
        string ones = graph.Constant($"ones[{groups}]", [groups], () => [.. Enumerable.Repeat(1f, groups)]);
        string zeros = graph.Constant($"zeros[{groups}]", [groups], () => new float[groups]);
        string normal = graph.Node(
            "InstanceNormalization", norm.Name, [grouped, ones, zeros], OnnxAttribute.Of("epsilon", norm.Epsilon));
        string back = graph.Node("Reshape", norm.Name, [normal, ShapeOf(norm.Name, source, x)]);
        long[] each = [channels, .. Each(1)];
        string scaled = graph.Node("Mul", norm.Name, [back, weights.Plain($"{norm.Name}.weight", each)]);
        return graph.Node("Add", norm.Name, [scaled, weights.Plain($"{norm.Name}.bias", each)]);
    }

    private string Modulate(string label, Feature feature, string x, string scaleAndShift)
    {
        Feature vector = feature.Operation.Inputs[1];
        string[] parts = graph.Node(
            "Split", label, [OverPixels(label, vector, scaleAndShift)], 2, OnnxAttribute.Of("axis", 1), OnnxAttribute.Of("num_outputs", 2));
        string scale = graph.Node("Add", label, [parts[0], graph.Constant(1f)]);
        return graph.Node("Add", label, [graph.Node("Mul", label, [x, scale]), parts[1]]);
    }

    // A vector [B, C] as [B, C, 1, 1], so that each pixel meets it.
    private string OverPixels(string label, Feature y, string value) => y.IsConditioning && dimensions > 0
        ? graph.Node("Unsqueeze", label, [value, graph.Constant([.. Enumerable.Range(2, dimensions).Select(axis => (long)axis)])])
        : value;

    private string Upsample(string label, string x)
    {
        string scales = graph.Constant($"twice[{dimensions}]", [2 + dimensions], () => [1, 1, .. Enumerable.Repeat(2f, dimensions)]);
        return graph.Node(
            "Resize", label, [x, "", scales], OnnxAttribute.Of("mode", "nearest"), OnnxAttribute.Of("nearest_mode", "floor"),
            OnnxAttribute.Of("coordinate_transformation_mode", "asymmetric"));
    }

    private string SelfAttention(string label, SelfAttentionOperation attention, string x)
    {
        Feature source = attention.Inputs[0];
        int heads = attention.Heads, each = source.Channels / heads;
        string[] projected = [.. attention.Names.Select(name => graph.Node(
            "Reshape", name, [Linear(name, source, x, source.Channels), graph.Constant(0, heads, each, -1)]))]; // [B, heads, d, pixels]
        string queries = Turn(label, graph.Node("Mul", label, [projected[0], graph.Constant((float)(1 / Math.Sqrt(each)))]));
        string scores = graph.Node("MatMul", label, [queries, projected[1]]); // [B, heads, pixels, pixels]
        string shares = graph.Node("Softmax", label, [scores], OnnxAttribute.Of("axis", -1));
        string attended = Turn(label, graph.Node("MatMul", label, [shares, Turn(label, projected[2])])); // [B, heads, d, pixels]
        return graph.Node("Reshape", label, [attended, ShapeOf(label, source, x)]);
    }

    private string Turn(string label, string x) => graph.Node("Transpose", label, [x], OnnxAttribute.Of("perm", [0, 1, 3, 2]));

    // What to reshape to for the shape of a feature; 0 is the batch as it is.
    private string ShapeOf(string label, Feature feature, string value)
    {
        if (sizes is null) return graph.Node("Shape", label, [value]);
        int halvings = feature.Halvings ?? 0;
        long Scaled(long size) => halvings >= 0 ? size >> halvings : size << -halvings;
        return graph.Constant([0, feature.Channels, .. sizes.Select(size => Scaled(size))]);
    }
}
