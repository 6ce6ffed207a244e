using Ddpm.Core;
using Ddpm.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Ddpm.Onnx;

/// <summary>
/// How a noise predictor in ONNX is run. What <see cref="OnnxExport"/> wrote needs none of it; models of others may need names of inputs
/// and what their classes are.
/// </summary>
public sealed record OnnxModelOptions
{
    /// <summary>Gets the settings that find everything in the model and compute on the CPU.</summary>
    public static OnnxModelOptions Default { get; } = new();

    /// <summary>Gets the input that takes x_t; null for the float32 input with the most axes.</summary>
    /// <value>Null.</value>
    public string? SampleInput { get; init; }

    /// <summary>
    /// Gets the input that takes the timesteps, int64, int32 or float32 [B]; null for the only other one, or that of a usual name.
    /// </summary>
    /// <value>Null.</value>
    public string? TimestepInput { get; init; }

    /// <summary>Gets the input that takes the classes, int64 or int32 [B]; null for that of a usual name, if any.</summary>
    /// <value>Null.</value>
    public string? LabelInput { get; init; }

    /// <summary>
    /// Gets what inputs take conditions, by the input's name: which condition each takes. Beside them, an input condition_NAME takes the
    /// condition NAME.
    /// </summary>
    /// <value>Null.</value>
    public IReadOnlyDictionary<string, NetworkCondition>? ConditionInputs { get; init; }

    /// <summary>Gets the output that is the prediction; null for the first.</summary>
    /// <value>Null.</value>
    public string? PredictionOutput { get; init; }

    /// <summary>
    /// Gets the number of classes; null for what the model says of itself. Needed for a model of others that takes labels. Range: ≥ 1.
    /// </summary>
    /// <value>Null.</value>
    public int? ClassCount { get; init; }

    /// <summary>Gets whether the label after the last class stands for no class; null for what the model says, or false.</summary>
    /// <value>Null.</value>
    public bool? HasNullLabel { get; init; }

    /// <summary>Gets the channels of x_t; null for what the model says. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? InChannels { get; init; }

    /// <summary>Gets the channels of the prediction; null for what the model says. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? OutChannels { get; init; }

    /// <summary>
    /// Gets the process that the model was trained for; null for what the model says. Only for <see cref="OnnxInference"/>.
    /// </summary>
    /// <value>Null.</value>
    public ProcessDescription? Process { get; init; }

    /// <summary>Gets the threads that compute a prediction; null for ONNX Runtime's choice. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? Threads { get; init; }

    /// <summary>
    /// Changes the session before the model is loaded: execution providers, such as
    /// <c>session =&gt; session.AppendExecutionProvider_CUDA()</c>, and all else that ONNX Runtime offers.
    /// </summary>
    /// <value>Null: the CPU.</value>
    public Action<SessionOptions>? Configure { get; init; }
}
