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

    /// <summary>
    /// Takes the weights of a network that was trained on other data, as a start for training on these: fine-tuning. Size, channels,
    /// classes and dropout may differ (<see cref="UNetOptions.WithData"/>). New channels begin as the mean of the old ones; classes keep
    /// what they were taught where the name is the same, or where there are as many classes and one network has no names.
    /// </summary>
    /// <param name="source">The trained network; it does not change.</param>
    /// <returns>What was taken, and what keeps its random start.</returns>
    /// <exception cref="ArgumentException">The networks differ in more than their data; this network is unchanged.</exception>
    public TransferReport InitializeFrom(UNet source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return UNetTransfer.Copy(source, this);
    }

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
