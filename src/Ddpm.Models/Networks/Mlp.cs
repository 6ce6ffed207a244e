namespace Ddpm.Models;

/// <summary>
/// A network for vectors, such as rows of a table: residual blocks of dense layers, each told the timestep as the U-Net's are. [B, D] → [B,
/// D]. Begins as (almost) nothing, as the U-Net does.
/// </summary>
public sealed class Mlp : DescribedNetwork
{
    /// <summary>A network with fresh weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="seed">The seed of its weights: two networks of one seed are bit-equal.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Mlp(MlpOptions options, long seed = 0)
        : base(new MlpDescription(options), nameof(Mlp), seed, Initialization.Drawn) => Options = options;

    /// <summary>The shape of the network.</summary>
    public MlpOptions Options { get; }
}
