using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Describes the U-Net of Ho et al. 2020 (arXiv:2006.11239, appendix B): the layers of the authors' network, with diffusers' names
/// (UNet2DModel), so that weights can be exchanged both ways.
/// </summary>
/// <remarks>Layers follow the order in which diffusers creates them, because training draws their weights in that order.</remarks>
public sealed class UNetDescription : INetworkDescription
{
    private readonly UNetOptions options;

    /// <summary>Creates the description for given options.</summary>
    /// <param name="options">The shape of the network.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public UNetDescription(UNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
    }

    /// <summary>Gets the shape of the network.</summary>
    public UNetOptions Options => options;

    /// <inheritdoc/>
    public int SpatialDimensions => options.SpatialDimensions;

    /// <inheritdoc/>
    public int InChannels => options.InChannels;

    /// <inheritdoc/>
    public int ClassCount => options.ClassCount ?? 0;

    /// <inheritdoc/>
    public ClassNames? ClassNames => options.ClassNames;

    /// <inheritdoc/>
    public bool HasNullLabel => options.NullLabel;

    /// <inheritdoc/>
    public IReadOnlyList<NetworkCondition> Conditions => options.Conditions;

    /// <summary>Gets the order of diffusers, which registers attentions before residual blocks, and the middle after both ways.</summary>
    public IReadOnlyList<string> NameOrder => ["attentions", "resnets", "up_blocks", "mid_block"];

    /// <inheritdoc/>
    public Feature Describe(NetworkBuilder net)
    {
        ArgumentNullException.ThrowIfNull(net);
        var blocks = new UNetBlocks(net, options);
        Feature input = options.CenterInput ? net.Affine(net.Input, 2, -1) : net.Input;
        foreach (NetworkCondition condition in options.Conditions.Where(condition => !condition.IsVector))
        {
            input = net.Concatenate(input, net.Condition(condition.Name));
        }

        Feature h = net.Convolution("conv_in", input, options.BaseChannels);
        Feature time = Time(net);
        var skips = new Stack<Feature>([h]);
        for (int level = 0; level < options.Levels; level++) h = Down(blocks, level, h, time, skips);
        h = Middle(blocks, h, time);
        for (int level = options.Levels - 1; level >= 0; level--) h = Up(net, blocks, level, h, time, skips);
        return net.Convolution("conv_out", net.Silu(blocks.Norm("conv_norm_out", h)), options.OutChannels, scale: NetworkBuilder.NearZero);
    }

    // Every block begins with SiLU of the embedding.
    private Feature Time(NetworkBuilder net)
    {
        int features = 4 * options.BaseChannels;
        Feature embedding = TimeEmbedding.Describe(
            net, "time_embedding", options.BaseChannels, features, options.FrequencyShift, options.CosineFirst);
        if (options.LabelRows > 0) embedding = net.Add(embedding, net.ClassEmbedding("class_embedding", features));
        foreach (NetworkCondition condition in options.Conditions.Where(condition => condition.IsVector))
        {
            string name = $"condition_embedding.{condition.Name}";
            Feature hidden = net.Silu(net.Linear($"{name}.linear_1", net.Condition(condition.Name), features));
            embedding = net.Add(embedding, net.Linear($"{name}.linear_2", hidden, features));
        }

        return net.Silu(embedding);
    }

    // Residual blocks, each perhaps with attention, then down-sampling unless the level is the last. The output of each is kept for the way
    // up.
    private Feature Down(UNetBlocks blocks, int level, Feature h, Feature time, Stack<Feature> skips)
    {
        string name = $"down_blocks.{level}";
        for (int block = 0; block < options.BlocksPerLevel; block++)
        {
            h = blocks.Residual($"{name}.resnets.{block}", h, time, options.Channels(level));
            if (options.Attends(level)) h = blocks.Attention($"{name}.attentions.{block}", h);
            skips.Push(h);
        }

        if (level == options.Levels - 1) return h;
        h = blocks.Downsample($"{name}.downsamplers.0", h);
        skips.Push(h);
        return h;
    }

    // diffusers leaves out the attention's norm where the time embedding scales and shifts.
    private Feature Middle(UNetBlocks blocks, Feature h, Feature time)
    {
        int channels = options.Channels(options.Levels - 1);
        h = blocks.Residual("mid_block.resnets.0", h, time, channels, options.MidBlockScale);
        h = blocks.Attention("mid_block.attentions.0", h, options.MidBlockScale, normalise: !options.TimeScaleShift);
        return blocks.Residual("mid_block.resnets.1", h, time, channels, options.MidBlockScale);
    }

    // Residual blocks, each over the features and one skip connection, perhaps with attention; then up-sampling unless the level is the
    // full size.
    private Feature Up(NetworkBuilder net, UNetBlocks blocks, int level, Feature h, Feature time, Stack<Feature> skips)
    {
        string name = $"up_blocks.{options.Levels - 1 - level}";
        for (int block = 0; block <= options.BlocksPerLevel; block++)
        {
            h = blocks.Residual($"{name}.resnets.{block}", net.Concatenate(h, skips.Pop()), time, options.Channels(level));
            if (options.Attends(level)) h = blocks.Attention($"{name}.attentions.{block}", h);
        }

        return level == 0 ? h : blocks.Upsample($"{name}.upsamplers.0", h);
    }
}
