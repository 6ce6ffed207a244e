using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// How a network predicts where many predictions and no gradients are needed, as in samplers, see <see cref="DescribedNetwork.Inference"/>.
/// </summary>
public sealed record InferenceOptions
{
    /// <summary>Compiled, with weights in float32.</summary>
    public static InferenceOptions Default { get; } = new();

    /// <summary>Layer by layer with libtorch's operations, as in training.</summary>
    public static InferenceOptions Off { get; } = new() { Compile = false };

    /// <summary>Compiled, with weights kept in bfloat16: half the memory for weights, and predictions about 1 % off.</summary>
    public static InferenceOptions BFloat16 { get; } = new() { Weights = WeightPrecision.BFloat16 };

    /// <summary>
    /// Whether a run compiles the network first. Networks on other devices than the CPU and networks that do not hold float32 are never
    /// compiled.
    /// </summary>
    /// <value>True.</value>
    public bool Compile { get; init; } = true;

    /// <summary>How a compiled network keeps the weights of convolutions and dense layers. Its arithmetic is float32.</summary>
    /// <value><see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; init; }

    /// <summary>
    /// The type in which a run computes predictions: null or <see cref="ScalarType.Float32"/> for the compiled network's float32;
    /// <see cref="ScalarType.BFloat16"/> for libtorch's operations, layer by layer, on a copy of the weights in that type. Predictions
    /// are then about 1 % off. It pays only for large networks on processors with units for bfloat16 (AMX, AVX-512 BF16), see
    /// docs/benchmarks.md, and is slower than the compiled network elsewhere. <see cref="Weights"/> has no effect then.
    /// </summary>
    /// <value>Null.</value>
    public ScalarType? ComputeType { get; init; }

    internal InferenceOptions Validated()
    {
        if (!Enum.IsDefined(Weights))
        {
            throw new ArgumentException($"{nameof(InferenceOptions)}.{nameof(Weights)} must be Full or BFloat16, but is {Weights}.",
                nameof(Weights));
        }

        if (ComputeType is not (null or ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ArgumentException(
                $"{nameof(InferenceOptions)}.{nameof(ComputeType)} must be null, Float32 or BFloat16, but is {ComputeType}.",
                nameof(ComputeType));
        }

        return this;
    }
}
