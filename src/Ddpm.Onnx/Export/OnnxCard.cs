using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>
/// The page beside a model, from which a stranger can use it: what goes in and comes out, and programs that draw samples.
/// </summary>
internal static class OnnxCard
{
    private const int Steps = 50, Samples = 4;

    /// <summary>Writes the page, as UTF-8.</summary>
    /// <param name="path">The model.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="metadata">What it says of itself.</param>
    public static byte[] Of(string path, OnnxGraph graph, OnnxMetadata metadata)
    {
        string file = Path.GetFileName(path);
        var page = new StringBuilder();
        page.AppendLine(Invariant($"# {file}")).AppendLine();
        page.AppendLine("A denoising diffusion network (Ho et al. 2020, arXiv:2006.11239) in ONNX, opset 18. "
            + $"Weights: {metadata.WeightType.Name()}. Written by Ddpm.NET {OnnxMetadata.Version}.").AppendLine();
        page.AppendLine("| | name | type | shape | range |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (OnnxValue input in graph.Inputs) page.AppendLine(Row("input", input, Range(input.Name, metadata)));
        foreach (OnnxValue output in graph.Outputs) page.AppendLine(Row("output", output, Meaning(graph, metadata)));
        page.AppendLine();
        if (metadata.ClassNames is { } names)
        {
            IEnumerable<string> classes = names.Select((name, i) => Invariant($"{i} {name}"));
            page.AppendLine($"Classes: {string.Join(", ", classes)}.").AppendLine();
        }

        if (metadata.Process is { } process) AppendProcess(page, file, process);
        AppendPrograms(page, file, graph, metadata);
        return Encoding.UTF8.GetBytes(page.ToString().ReplaceLineEndings("\n"));
    }

    private static void AppendProcess(StringBuilder page, string file, ProcessDescription process)
    {
        string clipping = process.Clipping switch
        {
            { Quantile: { } quantile } => Invariant($"dynamic thresholding at the quantile {quantile}, at most {process.Clipping.Limit}"),
            { Limit: double.PositiveInfinity } => "none",
            _ => Invariant($"-{process.Clipping.Limit} … {process.Clipping.Limit}"),
        };
        page.AppendLine(Invariant($"Process: T = {process.Schedule.Timesteps}, prediction {process.Prediction}, ")
            + $"variance {process.Variance}, x̂_0 kept within: {clipping}.");
        page.AppendLine($"`{file}.json` holds β_t (`{OnnxNames.Betas}`) and ᾱ_t (`{OnnxNames.AlphaBars}`) of every timestep; "
            + $"so does the model, in its metadata `{OnnxNames.Entry}`.").AppendLine();
        if (process.Timesteps is not { } own) return;
        page.AppendLine($"The model is for the timesteps {string.Join(", ", own)} alone, and DDIM (`retained_timesteps`).").AppendLine();
    }

    private static void AppendPrograms(StringBuilder page, string file, OnnxGraph graph, OnnxMetadata metadata)
    {
        if (metadata.Process is not { } process || metadata.SampleShape is not { } shape || X0(process) is not { } x0)
        {
            page.AppendLine("## Python").AppendLine();
            page.AppendLine("```python").AppendLine("import onnxruntime as ort");
            page.AppendLine(Invariant($"model = ort.InferenceSession(\"{file}\")"));
            page.AppendLine("print([(value.name, value.type, value.shape) for value in model.get_inputs() + model.get_outputs()])");
            page.AppendLine("```");
            return;
        }

        string sizes = string.Join(", ", shape);
        int last = process.Schedule.Timesteps - 1, steps = process.Timesteps?.Length ?? Math.Min(Steps, process.Schedule.Timesteps);
        bool clips = process.Clipping.Quantile is null && double.IsFinite(process.Clipping.Limit);
        string label = metadata.ClassCount == 0 ? "" : $", \"label\": np.zeros({Samples}, np.int64)";
        OnnxValue[] conditions = [.. graph.Inputs.Where(input => OnnxNames.IsCondition(input.Name))];
        string zeros = string.Concat(conditions.Select(input =>
            $", \"{input.Name}\": np.zeros(({Samples}, {string.Join(", ", Sizes(input, shape))}), np.float32)"));
        page.AppendLine(Invariant($"## Python: {Samples} samples in {steps} steps of DDIM")).AppendLine();
        page.AppendLine("```python").AppendLine("import json, numpy as np, onnxruntime as ort");
        page.AppendLine(Invariant($"model = ort.InferenceSession(\"{file}\")"));
        page.AppendLine(Invariant($"alphas = json.load(open(\"{file}.json\"))[\"alphas_cumprod\"]"));
        page.AppendLine(Invariant($"x = np.random.default_rng(1).standard_normal(({Samples}, {sizes})).astype(np.float32)"));
        page.AppendLine(process.Timesteps is { } own
            ? $"times = [{string.Join(", ", own.Reverse())}]"
            : Invariant($"times = np.linspace({last}, 0, {steps}).round().astype(int)"));
        page.AppendLine("for t, s in zip(times, [*times[1:], -1]):");
        page.AppendLine("    a, b = alphas[t], alphas[s] if s >= 0 else 1.0");
        page.AppendLine(Invariant($"    inputs = {{\"sample\": x, \"timestep\": np.full({Samples}, t, np.int64){label}{zeros}}}"));
        page.AppendLine(Invariant($"    out = model.run([\"prediction\"], inputs)[0][:, :{shape[0]}]"));
        double limit = process.Clipping.Limit;
        page.AppendLine(clips ? Invariant($"    x0 = np.clip({x0}, -{limit}, {limit})") : $"    x0 = {x0}");
        page.AppendLine("    x = (b**0.5 * x0 + (1 - b)**0.5 * (x - a**0.5 * x0) / (1 - a)**0.5).astype(np.float32)");
        page.AppendLine("np.save(\"samples.npy\", x)").AppendLine("```").AppendLine();
        string labels = metadata.ClassCount == 0 ? "" : $", Labels = [{string.Join(", ", Enumerable.Repeat(0, Samples))}]";
        string given = conditions.Length == 0 ? "" : ", Conditions = zeros";
        page.AppendLine("## C#: the packages Ddpm.Onnx and Microsoft.ML.OnnxRuntime").AppendLine();
        page.AppendLine("```csharp").AppendLine("using Ddpm.Core;").AppendLine("using Ddpm.Inference;").AppendLine("using Ddpm.Onnx;");
        page.AppendLine();
        page.AppendLine(Invariant($"using InferenceModel model = OnnxInference.Load(\"{file}\");"));
        page.AppendLine(Invariant($"var options = new InferenceSamplerOptions {{ Steps = {steps} }};"));
        page.AppendLine("using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, options);");
        if (conditions.Length > 0) page.AppendLine("var zeros = new Dictionary<string, ReadOnlyMemory<float>>();");
        foreach (OnnxValue input in conditions)
        {
            int numbers = Samples * Sizes(input, shape).Aggregate(1, (product, size) => product * size);
            page.AppendLine(Invariant($"zeros[\"{OnnxNames.ConditionOf(input.Name)}\"] = new float[{numbers}];"));
        }

        page.AppendLine(Invariant($"var request = new InferenceRequest {{ Count = {Samples}, Seed = 1{labels}{given} }};"));
        page.AppendLine(Invariant($"float[] samples = sampler.Sample(request); // [{Samples}, {sizes}], one after the other"));
        page.AppendLine("Console.WriteLine($\"{samples.Length} numbers from {samples.Min()} to {samples.Max()}\");");
        page.AppendLine("```");
    }

    // x̂_0 of the network's output in numpy; null where it takes more than a line.
    private static string? X0(ProcessDescription process) => process.Prediction switch
    {
        "epsilon" => "(x - (1 - a)**0.5 * out) / a**0.5",
        "v_prediction" => "a**0.5 * x - (1 - a)**0.5 * out",
        "sample" => "out",
        _ => null,
    };

    private static int[] Sizes(OnnxValue condition, ImmutableArray<int> sample) =>
        [condition.Shape[1].Length!.Value, .. condition.Shape.Count == 2 ? [] : sample[1..]];

    private static string Row(string kind, OnnxValue value, string range) =>
        $"| {kind} | `{value.Name}` | {value.Type.ToString().ToLowerInvariant()} | [{string.Join(", ", value.Shape)}] | {range} |";

    private static string Range(string name, OnnxMetadata metadata) => name switch
    {
        OnnxNames.Timestep => metadata.Process is { } process ? Invariant($"0 … {process.Schedule.Timesteps - 1}") : "0 … T - 1",
        OnnxNames.Label when metadata.HasNullLabel => Invariant($"0 … {metadata.ClassCount - 1}; {metadata.ClassCount} for no class"),
        OnnxNames.Label => Invariant($"0 … {metadata.ClassCount - 1}"),
        _ when OnnxNames.IsCondition(name) => $"the condition {OnnxNames.ConditionOf(name)}; zeros stand for none",
        _ => "x_t: data in [-1, 1] with noise, N(0, 1) at the last timestep",
    };

    private static string Meaning(OnnxGraph graph, OnnxMetadata metadata)
    {
        string prediction = metadata.Process?.Prediction switch
        {
            "epsilon" => "ε",
            "v_prediction" => "v = √ᾱ_t ε - √(1-ᾱ_t) x_0",
            "sample" => "x_0",
            "posterior_mean" => "the mean of q(x_{t-1} | x_t, x_0)",
            _ => "what the network was trained to predict",
        };
        bool learned = graph.Outputs[0].Shape[1].Length == 2 * graph.Inputs[0].Shape[1].Length;
        return learned ? $"the first half of the channels: {prediction}; the second: the variance" : prediction;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
