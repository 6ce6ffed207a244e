using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Sets how a network makes many predictions without gradients, as samplers need; see <see cref="DescribedNetwork.Inference"/>.
/// </summary>
public sealed record InferenceOptions
{
    /// <summary>Gets the compiled network with float32 weights.</summary>
    public static InferenceOptions Default { get; } = new();

    /// <summary>Gets prediction layer by layer with libtorch's operations.</summary>
    public static InferenceOptions Off { get; } = new() { Compile = false };

    /// <summary>Gets the compiled network with bfloat16 weights: they take half the memory, and predictions differ by about 1 %.</summary>
    public static InferenceOptions BFloat16 { get; } = new() { Weights = WeightPrecision.BFloat16 };

    /// <summary>
    /// Gets whether a run compiles the network first. Networks on other devices than the CPU and networks that do not hold float32 are
    /// never compiled.
    /// </summary>
    /// <value>Default: true.</value>
    public bool Compile { get; init; } = true;

    /// <summary>Gets how a compiled network keeps the weights of convolutions and dense layers. Its arithmetic is float32.</summary>
    /// <value>Default: <see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; init; }

    /// <summary>
    /// Gets the type in which a run computes predictions: null or <see cref="ScalarType.Float32"/> for the compiled network's float32;
    /// <see cref="ScalarType.BFloat16"/> for libtorch's operations, layer by layer, on a copy of the weights in that type. Predictions then
    /// differ by about 1 %. It is faster only for large networks on processors with units for bfloat16 (AMX, AVX-512 BF16), see
    /// docs/benchmarks, and is slower than the compiled network elsewhere. <see cref="Weights"/> has no effect then.
    /// </summary>
    /// <value>Default: null.</value>
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
