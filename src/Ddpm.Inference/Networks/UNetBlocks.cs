using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>What the levels of a <see cref="UNetDescription"/> are made of (Ho et al. 2020, arXiv:2006.11239, appendix B).</summary>
/// <param name="net">Takes the layers.</param>
/// <param name="options">The network's shape.</param>
internal sealed class UNetBlocks(NetworkBuilder net, UNetOptions options)
{
    /// <summary>Returns norm, SiLU, convolution; the time embedding; norm, SiLU, dropout, convolution; plus the input.</summary>
    /// <param name="name">The block's name.</param>
    /// <param name="x">The features.</param>
    /// <param name="time">The time embedding after SiLU.</param>
    /// <param name="channels">The channels of the result.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    public Feature Residual(string name, Feature x, Feature time, int channels, double divisor = 1)
    {
        Feature h = net.Convolution($"{name}.conv1", net.Silu(Norm($"{name}.norm1", x)), channels);
        Feature projected = net.Linear($"{name}.time_emb_proj", time, options.TimeScaleShift ? 2 * channels : channels);
        h = options.TimeScaleShift ? net.Modulate(Norm($"{name}.norm2", h), projected) : Norm($"{name}.norm2", net.Add(h, projected));
        h = net.Convolution($"{name}.conv2", net.Dropout(net.Silu(h), options.Dropout), channels, scale: NetworkBuilder.NearZero);
        Feature shortcut = x.Channels == channels ? x : net.Convolution($"{name}.conv_shortcut", x, channels, kernel: 1);
        return Divided(net.Add(h, shortcut), divisor);
    }

    /// <summary>Returns norm, attention between all pixels, projection; plus the input.</summary>
    /// <param name="name">The block's name.</param>
    /// <param name="x">The features.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    /// <param name="normalise">Whether the block begins with a norm.</param>
    public Feature Attention(string name, Feature x, double divisor = 1, bool normalise = true)
    {
        Feature normal = normalise ? Norm($"{name}.group_norm", x) : x;
        int heads = x.Channels / (options.AttentionHeadChannels ?? x.Channels);
        Feature attended = net.SelfAttention($"{name}.to_q", $"{name}.to_k", $"{name}.to_v", normal, heads);
        return Divided(net.Add(net.Linear($"{name}.to_out.0", attended, x.Channels, NetworkBuilder.NearZero), x), divisor);
    }

    /// <summary>Halves the image by a 3×3 convolution of stride 2.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The features.</param>
    public Feature Downsample(string name, Feature x)
    {
        // TensorFlow's "SAME" at stride 2 and an even size pads one row and column at the right and the bottom only.
        ConvolutionPadding padding = options.DownsamplePadding == 0 ? ConvolutionPadding.RightAndBottom : ConvolutionPadding.Same;
        return net.Convolution($"{name}.conv", x, x.Channels, stride: 2, padding: padding);
    }

    /// <summary>Doubles the image by repeating its pixels, then a 3×3 convolution.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The features.</param>
    public Feature Upsample(string name, Feature x) => net.Convolution($"{name}.conv", net.Upsample(x), x.Channels);

    /// <summary>Returns a normalisation with the network's groups.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The features.</param>
    public Feature Norm(string name, Feature x) => net.GroupNorm(name, x, options.NormGroups, options.NormEpsilon);

    private Feature Divided(Feature x, double divisor) => divisor == 1 ? x : net.Divide(x, divisor);
}
