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

    /// <summary>How a compiled network keeps the weights of convolutions and dense layers. All arithmetic is float32.</summary>
    /// <value><see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; init; }

    internal InferenceOptions Validated()
    {
        if (!Enum.IsDefined(Weights))
        {
            throw new ArgumentException($"{nameof(InferenceOptions)}.{nameof(Weights)} must be Full or BFloat16, but is {Weights}.",
                nameof(Weights));
        }

        return this;
    }
}
