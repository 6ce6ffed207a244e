using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// One level on the way up: residual blocks, each over the features and one skip connection, perhaps with attention; then up-sampling unless
/// the level is the full resolution.
/// </summary>
internal sealed class UpLevel : nn.Module<Tensor, Tensor, IList<Tensor>, Tensor>
{
    private readonly List<ResidualBlock> residuals = [];
    private readonly List<AttentionBlock> attentions = [];
    private readonly Upsample? upsample;
    private readonly List<int> joined = []; // the channels of each block's skip connection

    public UpLevel(Initializer initializer, UNetOptions options, Dropout dropout, int level, int inChannels, Stack<int> skipChannels)
        : base(nameof(UpLevel))
    {
        int channels = options.Channels(level);
        for (int block = 0; block <= options.BlocksPerLevel; block++)
        {
            int features = block == 0 ? inChannels : channels;
            joined.Add(skipChannels.Pop());
            residuals.Add(new ResidualBlock(initializer, options, dropout, features + joined[^1], channels));
            if (options.Attends(level)) attentions.Add(new AttentionBlock(initializer, options, channels));
        }

        if (level > 0) upsample = new Upsample(initializer, options, channels);

        // diffusers lists attentions before residual blocks; the order of the keys is part of the format.
        if (attentions.Count > 0) register_module("attentions", nn.ModuleList([.. attentions]));
        register_module("resnets", nn.ModuleList([.. residuals]));
        if (upsample is not null) register_module("upsamplers", nn.ModuleList(upsample));
    }

    /// <param name="x">The features, [B, Cin, H, W].</param>
    /// <param name="time">The time embedding after SiLU, [B, 4·C].</param>
    /// <param name="skips">What the way down left; each block takes the last one.</param>
    public override Tensor forward(Tensor x, Tensor time, IList<Tensor> skips)
    {
        for (int block = 0; block < residuals.Count; block++)
        {
            Tensor skip = skips[^1];
            skips.RemoveAt(skips.Count - 1);
            using Tensor joined = cat([x, skip], 1);
            x = residuals[block].forward(joined, time);
            if (attentions.Count > 0) x = attentions[block].forward(x);
        }

        return upsample?.forward(x) ?? x;
    }

    /// <summary>The level in a plan.</summary>
    public PlannedLevel Plan(PlanContext context, PlaneSize size) => new(
        [.. residuals.Select((residual, block) => new PlannedBlock(residual.Plan(context, size, joined[block]), attentions.Count > 0 ? attentions[block].Plan(context) : null))],
        null,
        upsample?.Plan(context, size));

    /// <summary>The level in a native plan.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x, Stack<Feature> skips)
    {
        for (int block = 0; block < residuals.Count; block++)
        {
            x = residuals[block].Append(builder, x, skips.Pop());
            if (attentions.Count > 0) x = attentions[block].Append(builder, x);
        }

        return upsample?.Append(builder, x) ?? x;
    }

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
