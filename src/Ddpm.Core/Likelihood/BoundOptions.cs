using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>How a <see cref="VariationalBound"/> is evaluated.</summary>
public sealed record BoundOptions
{
    /// <summary>One draw of noise, the paper's decoder, on the CPU.</summary>
    public static BoundOptions Default { get; } = new();

    /// <summary>The last step p_θ(x_0 | x_1).</summary>
    /// <value>The paper's discretised Gaussian with the authors' tanh approximation.</value>
    public Decoder Decoder { get; init; } = Decoder.Discretized;

    /// <summary>
    /// How often noise is drawn for each example and timestep; 2 or more tell how uncertain the noise leaves the result. Range: ≥ 1.
    /// </summary>
    /// <value>1.</value>
    public int Draws { get; init; } = 1;

    /// <summary>How many examples the network sees at once where the data is one tensor. Range: ≥ 1.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>The device of the network, to which examples are copied.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;

    internal BoundOptions Validated()
    {
        if (Decoder is null) throw new ArgumentException("Decoder must not be null.", nameof(Decoder));
        Require.AtLeast(Draws, 1);
        Require.AtLeast(BatchSize, 1);
        return this;
    }
}
