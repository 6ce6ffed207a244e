using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>How a network predicts for those who need many predictions and no gradients, such as samplers, see <see cref="UNet.Inference"/>.</summary>
public sealed record InferenceOptions
{
    /// <summary>Compiled, in the network's own type.</summary>
    public static InferenceOptions Default { get; } = new();

    /// <summary>By the network itself, layer by layer as in training.</summary>
    public static InferenceOptions Off { get; } = new() { Compile = false };

    /// <summary>Compiled, with features and weights in bfloat16: about 1 % off, and up to twice as fast on processors that compute with it (AVX-512 BF16, AMX).</summary>
    public static InferenceOptions BFloat16 { get; } = new() { ComputeType = ScalarType.BFloat16 };

    /// <summary>Whether a run compiles the network first. Signals, networks on other devices than the CPU and networks that do not hold float32 predict by themselves all the same.</summary>
    /// <value>True.</value>
    public bool Compile { get; init; } = true;

    /// <summary>The type of features and weights in a compiled network: float32 or bfloat16. The time embedding, the statistics of normalisations, x_t and the prediction are float32 always.</summary>
    /// <value>float32.</value>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;

    internal InferenceOptions Validated()
    {
        if (ComputeType is not (ScalarType.Float32 or ScalarType.BFloat16)) throw new ArgumentException($"{nameof(InferenceOptions)}.{nameof(ComputeType)} must be float32 or bfloat16, but is {ComputeType}.", nameof(ComputeType));
        return this;
    }
}
