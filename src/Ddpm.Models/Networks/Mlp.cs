namespace Ddpm.Models;

/// <summary>
/// Predicts for vectors, such as rows of a table, [B, D] → [B, D]: residual blocks of dense layers, each of which receives the timestep as
/// in the U-Net. Its initial output is almost zero, as that of the U-Net.
/// </summary>
public sealed class Mlp : DescribedNetwork
{
    /// <summary>Creates a network with new random weights.</summary>
    /// <param name="options">The shape of the network.</param>
    /// <param name="seed">The seed of its weights. Networks with the same seed are equal bit for bit.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Mlp(MlpOptions options, long seed = 0)
        : base(new MlpDescription(options), nameof(Mlp), seed, Initialization.Drawn) => Options = options;

    /// <summary>Gets the shape of the network.</summary>
    public MlpOptions Options { get; }
}
