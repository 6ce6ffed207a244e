namespace Ddpm.Onnx.Tests.Runtime;

/// <summary>Small models as others write them: other names, types and ranks of inputs.</summary>
internal static class ForeignModel
{
    /// <summary>sample · 2 + time, or + class and conditions too.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="inputs">The inputs in order: x_t, the timesteps, and perhaps the classes and conditions.</param>
    /// <param name="channels">The channels of the output in its shape.</param>
    public static void Save(string path, OnnxValue[] inputs, OnnxSize? channels = null)
    {
        var graph = new OnnxGraph();
        foreach (OnnxValue input in inputs)
        {
            graph.Reserve(input.Name);
            graph.Inputs.Add(input);
        }

        string value = graph.Node("Mul", "twice", [inputs[0].Name, graph.Constant(2f)]);
        foreach (OnnxValue input in inputs[1..])
        {
            string number = graph.Node("Cast", input.Name, [input.Name], OnnxAttribute.Of("to", (int)OnnxType.Float32));
            bool sized = input.Shape.Count == inputs[0].Shape.Count;
            string shaped = sized ? number : graph.Node("Reshape", input.Name, [number, graph.Constant(-1, 1, 1, 1)]);
            value = graph.Node("Add", input.Name, [value, shaped]);
        }

        IReadOnlyList<OnnxSize> shape = inputs[0].Shape;
        graph.Output(value, new OnnxValue("out", OnnxType.Float32, [shape[0], channels ?? shape[1], .. shape.Skip(2)]));
        Write(path, graph);
    }

    /// <summary>A feature network: the mean of each channel, times a vector.</summary>
    public static void SaveFeatures(string path, float[] weights, int size)
    {
        var graph = new OnnxGraph();
        graph.Reserve("pixel_values");
        graph.Inputs.Add(new OnnxValue("pixel_values", OnnxType.Float32, [new(null, "n"), new(3, ""), new(size, ""), new(size, "")]));
        string mean = graph.Node("GlobalAveragePool", "mean", ["pixel_values"]);
        string scaled = graph.Node("Mul", "scaled", [mean, graph.Constant("weights", [3, 1, 1], () => weights)]);
        graph.Output(scaled, new OnnxValue("features", OnnxType.Float32, [new(null, "n"), new(3, ""), new(1, ""), new(1, "")]));
        Write(path, graph);
    }

    /// <summary>Shapes such as "?,3,8,8".</summary>
    public static OnnxSize[] Shape(string sizes) =>
        [.. sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select((size, axis) => size == "?"
            ? new OnnxSize(null, $"axis{axis}")
            : new OnnxSize(int.Parse(size, null), ""))];

    private static void Write(string path, OnnxGraph graph)
    {
        var author = KeyValuePair.Create("author", "another");
        foreach (StagedFile file in OnnxModelFile.Stage(path, graph, "1", author, long.MaxValue)) file.Commit();
    }
}
