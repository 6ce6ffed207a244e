using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Sets how a <see cref="DequantizedLikelihood"/> is evaluated.</summary>
public sealed record DequantizedLikelihoodOptions
{
    /// <summary>Gets the defaults: one uniform draw for each image, on the CPU.</summary>
    public static DequantizedLikelihoodOptions Default { get; } = new();

    /// <summary>Gets what the density of an image is taken at.</summary>
    /// <value>Default: <see cref="Dequantization.Uniform"/>.</value>
    public Dequantization Dequantization { get; init; }

    /// <summary>
    /// Gets at how many points the density of each image is taken; 1 for <see cref="Dequantization.None"/>, which has one point. Range:
    /// ≥ 1.
    /// </summary>
    /// <value>Default: 1.</value>
    public int Draws { get; init; } = 1;

    /// <summary>Gets the device of the network, to which examples are copied.</summary>
    /// <value>Default: the CPU.</value>
    public Device Device { get; init; } = CPU;

    internal DequantizedLikelihoodOptions Validated()
    {
        Require.AtLeast(Draws, 1);
        if (!Enum.IsDefined(Dequantization))
        {
            throw new ArgumentException($"Dequantization must be Uniform or None, but is {Dequantization}.", nameof(Dequantization));
        }

        return Dequantization == Dequantization.Uniform || Draws == 1 ? this : throw new ArgumentException(
            $"Draws must be 1 without dequantisation, which draws nothing, but is {Draws}.", nameof(Draws));
    }
}
