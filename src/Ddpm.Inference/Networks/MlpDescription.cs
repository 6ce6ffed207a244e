using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Describes the U-Net's residual blocks without spatial axes, for vectors: norm, SiLU, dense; the time is added; norm, SiLU, dropout,
/// dense; plus the input.
/// </summary>
public sealed class MlpDescription : INetworkDescription
{
    private readonly MlpOptions options;

    /// <summary>Creates the description for given options.</summary>
    /// <param name="options">The shape of the network.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public MlpDescription(MlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Validated();
    }

    /// <summary>Gets the shape of the network.</summary>
    public MlpOptions Options => options;

    /// <inheritdoc/>
    public int SpatialDimensions => 0;

    /// <inheritdoc/>
    public int InChannels => options.Dimensions;

    /// <inheritdoc/>
    public Feature Describe(NetworkBuilder net)
    {
        ArgumentNullException.ThrowIfNull(net);
        Feature time = net.Silu(TimeEmbedding.Describe(
            net, "time_embedding", options.TimeChannels, options.Width, frequencyShift: 1, cosineFirst: false));
        Feature h = net.Linear("input", net.Input, options.Width);
        for (int block = 0; block < options.Blocks; block++) h = Residual(net, $"blocks.{block}", h, time);
        return net.Linear("output", net.Silu(net.GroupNorm("norm_out", h, 1)), options.Outputs
            ?? options.Dimensions, NetworkBuilder.NearZero);
    }

    // One group over all features is layer normalisation.
    private Feature Residual(NetworkBuilder net, string name, Feature x, Feature time)
    {
        Feature h = net.Linear($"{name}.dense1", net.Silu(net.GroupNorm($"{name}.norm1", x, 1)), options.Width);
        h = net.Add(h, net.Linear($"{name}.time_emb_proj", time, options.Width));
        h = net.Dropout(net.Silu(net.GroupNorm($"{name}.norm2", h, 1)), options.Dropout);
        return net.Add(net.Linear($"{name}.dense2", h, options.Width, NetworkBuilder.NearZero), x);
    }
}
