using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Sets how a <see cref="VariationalBound"/> is evaluated.</summary>
public sealed record BoundOptions
{
    /// <summary>Gets the defaults: one draw of noise, the paper's decoder, on the CPU.</summary>
    public static BoundOptions Default { get; } = new();

    /// <summary>Gets the last step p_θ(x_0 | x_1).</summary>
    /// <value>Default: the paper's discretised Gaussian with the authors' tanh approximation.</value>
    public Decoder Decoder { get; init; } = Decoder.Discretized;

    /// <summary>
    /// Gets how often noise is drawn for each example and timestep. With 2 or more, the report includes the uncertainty due to noise.
    /// Range: ≥ 1.
    /// </summary>
    /// <value>Default: 1.</value>
    public int Draws { get; init; } = 1;

    /// <summary>Gets how many examples the network sees at once where the data is one tensor. Range: ≥ 1.</summary>
    /// <value>Default: 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets the device of the network, to which examples are copied.</summary>
    /// <value>Default: the CPU.</value>
    public Device Device { get; init; } = CPU;

    internal BoundOptions Validated()
    {
        if (Decoder is null) throw new ArgumentException("Decoder must not be null.", nameof(Decoder));
        Require.AtLeast(Draws, 1);
        Require.AtLeast(BatchSize, 1);
        return this;
    }
}
