using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>Sets how a network is written as an ONNX model.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Gets float32 weights, any batch, and the network's own sample shape.</summary>
    public static OnnxExportOptions Default { get; } = new();

    /// <summary>Gets the type of the stored weights.</summary>
    /// <value><see cref="OnnxWeightType.Full"/>.</value>
    public OnnxWeightType WeightType { get; init; } = OnnxWeightType.Full;

    /// <summary>Gets the number of examples of each prediction; null where the caller chooses. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? BatchSize { get; init; }

    /// <summary>
    /// Gets the shape of one sample, [C, H, W], [C, L] or [C]; null for that of a U-Net's options. A network of images or signals that has
    /// no such options then takes every size.
    /// </summary>
    /// <value>Null.</value>
    public IReadOnlyList<int>? SampleShape { get; init; }

    /// <summary>
    /// Gets whether the model takes every height and width, or length, that is a multiple of what the network needs. Some runtimes are
    /// slower then, or refuse.
    /// </summary>
    /// <value>False.</value>
    public bool AnySize { get; init; }

    /// <summary>
    /// Gets the process that the network was trained for, written into the model; null for a model folder's own, or none.
    /// </summary>
    /// <value>Null.</value>
    public ProcessDescription? Process { get; init; }

    /// <summary>Gets the names of the classes, written into the model; null for the network's own. Range: one for each class.</summary>
    /// <value>Null.</value>
    public ClassNames? ClassNames { get; init; }

    /// <summary>
    /// Gets what the names of the weights in a model folder begin with, such as "module."; null for nothing. Only for folders.
    /// </summary>
    /// <value>Null.</value>
    public string? WeightPrefix { get; init; }

    /// <summary>
    /// Gets the variant of the weights in a model folder, such as "non_ema"; null for the file without one, or fp16 if it is all there is.
    /// Only for folders.
    /// </summary>
    /// <value>Null.</value>
    public string? Variant { get; init; }

    /// <summary>The bytes that a model may have in one file; a larger one has its weights in a file beside it.</summary>
    internal long LargestFile { get; init; } = OnnxModelFile.LargestMessage;
}
