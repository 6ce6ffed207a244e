using System.Collections.Immutable;
using Ddpm.Core;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ddpm.Onnx;

/// <summary>Which inputs of a model take x_t, the timesteps, the classes and conditions, and which output is the prediction.</summary>
internal sealed class OnnxSignature
{
    private static readonly string[] TimeNames = ["timestep", "timesteps", "t", "time", "noise_level", "sigma"];
    private static readonly string[] LabelNames = ["label", "labels", "class_labels", "class_label", "y", "class", "classes"];
    private static readonly TensorElementType[] TimeTypes = [TensorElementType.Int64, TensorElementType.Int32, TensorElementType.Float];
    private static readonly TensorElementType[] LabelTypes = [TensorElementType.Int64, TensorElementType.Int32];
    private readonly string path;

    /// <summary>Finds them.</summary>
    /// <param name="path">The model, for messages.</param>
    /// <param name="session">The loaded model.</param>
    /// <param name="options">Names that the caller gives.</param>
    /// <exception cref="ArgumentException">A name of the options is not the model's.</exception>
    /// <exception cref="InvalidDataException">The model is no noise predictor, or its inputs are not clear.</exception>
    public OnnxSignature(string path, InferenceSession session, OnnxModelOptions options)
    {
        this.path = path;
        List<OnnxInput> inputs = [.. session.InputMetadata.Select(pair => OnnxInput.Of(pair.Key, pair.Value))];
        OnnxInput[] outputs = [.. session.OutputMetadata.Select(pair => OnnxInput.Of(pair.Key, pair.Value))];
        All = string.Join(", ", inputs);
        OnnxInput[] conditions = TakeConditions(inputs, options);
        Sample = Take(inputs, options.SampleInput, nameof(options.SampleInput), Largest, "x_t, float32 [B, C, …],")!;
        Require(Sample.Type == TensorElementType.Float && Sample.Sizes.Length is >= 2 and <= 4, Sample, "float32 with 2 to 4 axes for x_t");
        Conditions = [.. conditions.Select(input =>
            OnnxCondition.Of(path, input, options.ConditionInputs?.GetValueOrDefault(input.Name), Sample))];
        NetworkCondition.RequireDistinct(
            Conditions.Select(each => each.Condition), $"{nameof(OnnxModelOptions)}.{nameof(options.ConditionInputs)}");
        Label = Take(inputs, options.LabelInput, nameof(options.LabelInput), Named(LabelNames), null);
        if (Label is not null) Require(LabelTypes.Contains(Label.Type) && Label.Sizes.Length == 1, Label, "int64 or int32 [B] for classes");
        Timestep = Take(inputs, options.TimestepInput, nameof(options.TimestepInput),
            rest => rest.Count == 1 ? rest[0] : Named(TimeNames)(rest), "timesteps, int64, int32 or float32 [B],")!;
        Require(TimeTypes.Contains(Timestep.Type) && Timestep.Sizes.Length <= 1, Timestep, "int64, int32 or float32 [B] for timesteps");
        if (inputs.Count > 0)
        {
            throw new InvalidDataException(
                $"{path} must take x_t, timesteps and perhaps classes and conditions, but also takes {string.Join(", ", inputs)}. If one "
                + $"of them takes the classes, give it as {nameof(OnnxModelOptions)}.{nameof(options.LabelInput)}; if it takes a "
                + $"condition, in {nameof(OnnxModelOptions)}.{nameof(options.ConditionInputs)}.");
        }

        Prediction = options.PredictionOutput is { } name
            ? outputs.FirstOrDefault(output => output.Name == name) ?? throw Unknown(name, nameof(options.PredictionOutput), outputs)
            : outputs[0];
        Require(Prediction.Type == TensorElementType.Float && Prediction.Sizes.Length == Sample.Sizes.Length, Prediction,
            $"float32 with {Sample.Sizes.Length} axes, as {Sample.Name}, for the prediction");
    }

    /// <summary>All inputs in words.</summary>
    public string All { get; }

    /// <summary>The input that takes x_t.</summary>
    public OnnxInput Sample { get; }

    /// <summary>The input that takes the timesteps.</summary>
    public OnnxInput Timestep { get; }

    /// <summary>The input that takes the classes; null where there is none.</summary>
    public OnnxInput? Label { get; }

    /// <summary>The conditions and the inputs that take them, in the model's order.</summary>
    public ImmutableArray<OnnxCondition> Conditions { get; }

    /// <summary>The output that is the prediction.</summary>
    public OnnxInput Prediction { get; }

    /// <summary>The number of examples of each prediction; null for any.</summary>
    public int? BatchSize => Sample.Sizes[0];

    /// <summary>Throws unless x_t has a shape that the model takes.</summary>
    /// <param name="x">The shape of x_t.</param>
    /// <exception cref="ArgumentException">It has another.</exception>
    public void RequireShape(ReadOnlySpan<long> x)
    {
        bool fits = x.Length == Sample.Sizes.Length;
        for (int axis = 1; fits && axis < x.Length; axis++) fits = Sample.Sizes[axis] is not { } size || size == x[axis];
        if (fits) return;
        // Any number of examples is taken, in batches of the model's.
        ImmutableArray<int?> expected = Sample.Sizes.SetItem(0, null);
        throw new ArgumentException(
            $"x must be [{string.Join(", ", expected.Select(size => size?.ToString(null, null) ?? "any"))}] for the input {Sample.Name} of "
            + $"{path}, but is [{string.Join(", ", x.ToArray())}].", nameof(x));
    }

    // The inputs that take conditions: x_t, which has no certain name, is among the others.
    private OnnxInput[] TakeConditions(List<OnnxInput> inputs, OnnxModelOptions options)
    {
        string?[] others = [options.SampleInput, options.TimestepInput, options.LabelInput];
        OnnxInput[] taken = [.. inputs.Where(input => !others.Contains(input.Name)
            && (options.ConditionInputs?.ContainsKey(input.Name) == true || OnnxNames.IsCondition(input.Name)))];
        foreach (string name in options.ConditionInputs?.Keys ?? [])
        {
            if (taken.All(input => input.Name != name)) throw Unknown(name, nameof(options.ConditionInputs), inputs);
        }

        inputs.RemoveAll(taken.Contains);
        return taken;
    }

    private static OnnxInput? Largest(List<OnnxInput> inputs)
    {
        OnnxInput[] numbers = [.. inputs.Where(input => input.Type == TensorElementType.Float && input.Sizes.Length >= 2)];
        int most = numbers.Select(input => input.Sizes.Length).DefaultIfEmpty().Max();
        OnnxInput[] largest = [.. numbers.Where(input => input.Sizes.Length == most)];
        return largest.Length == 1 ? largest[0] : null;
    }

    private static Func<List<OnnxInput>, OnnxInput?> Named(string[] names) =>
        inputs => names.Select(name => inputs.FirstOrDefault(input => input.Name == name)).FirstOrDefault(input => input is not null);

    // The input of a given name, or that which is found; a missing one is refused where it is needed.
    private OnnxInput? Take(
        List<OnnxInput> inputs, string? name, string option, Func<List<OnnxInput>, OnnxInput?> find, string? needed)
    {
        OnnxInput? found = name is null
            ? find(inputs)
            : inputs.FirstOrDefault(input => input.Name == name) ?? throw Unknown(name, option, inputs);
        if (found is null && needed is not null)
        {
            throw new InvalidDataException(
                $"{path} must have one input for {needed} but has {(All.Length == 0 ? "none" : All)}: give its name as "
                + $"{nameof(OnnxModelOptions)}.{option}.");
        }

        if (found is not null) inputs.Remove(found);
        return found;
    }

    private ArgumentException Unknown(string name, string option, IEnumerable<OnnxInput> known) => new(
        $"{nameof(OnnxModelOptions)}.{option} must be one of {path}: {string.Join(", ", known)}, but is \"{name}\".", option);

    private void Require(bool valid, OnnxInput input, string expected)
    {
        if (!valid) throw new InvalidDataException($"{path}: {input.Name} must be {expected}, but is {input}.");
    }
}
