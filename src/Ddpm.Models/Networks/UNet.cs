namespace Ddpm.Models;

/// <summary>
/// Predicts as the U-Net of Ho et al. 2020 (arXiv:2006.11239, appendix B): it has the layers of the authors' network, and the names of
/// diffusers' UNet2DModel in its state dict, so that weights can be exchanged both ways. It starts from the authors' initialisation. Images
/// are [B, C, H, W] with H and W multiples of <see cref="UNetOptions.Divisor"/>, signals [B, C, L].
/// </summary>
public sealed class UNet : DescribedNetwork
{
    /// <summary>Creates a network with new random weights.</summary>
    /// <param name="options">The shape of the network. Default: the paper's CIFAR-10 network.</param>
    /// <param name="seed">The seed of its weights. Networks with the same seed are equal bit for bit.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public UNet(UNetOptions? options = null, long seed = 0)
        : this(options ?? UNetOptions.Cifar10, seed, Initialization.Drawn)
    {
    }

    internal UNet(UNetOptions options, long seed, Initialization initialization)
        : base(Describe(options), nameof(UNet), seed, initialization) => Options = options;

    /// <summary>Gets the shape of the network.</summary>
    public UNetOptions Options { get; }

    /// <summary>Counts the parameters of a network of a given shape without creating it.</summary>
    /// <param name="options">The shape of the network.</param>
    /// <returns>The number of parameters.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static long CountParameters(UNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GraphOf(options).Parameters.Sum(parameter => parameter.Count);
    }

    /// <summary>The layers of a shape, without weights.</summary>
    internal static NetworkGraph GraphOf(UNetOptions options) => NetworkGraph.Of(Describe(options));

    private static UNetDescription Describe(UNetOptions options) => new(options);
}
