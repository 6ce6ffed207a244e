using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>One level on the way down: residual blocks, each perhaps with attention, then down-sampling unless the level is the last.</summary>
internal sealed class DownLevel : nn.Module<Tensor, Tensor, IList<Tensor>, Tensor>
{
    private readonly List<ResidualBlock> residuals = [];
    private readonly List<AttentionBlock> attentions = [];
    private readonly Downsample? downsample;

    public DownLevel(Initializer initializer, UNetOptions options, Dropout dropout, int level, int inChannels)
        : base(nameof(DownLevel))
    {
        int channels = options.Channels(level);
        for (int block = 0; block < options.BlocksPerLevel; block++)
        {
            residuals.Add(new ResidualBlock(initializer, options, dropout, block == 0 ? inChannels : channels, channels));
            if (options.Attends(level)) attentions.Add(new AttentionBlock(initializer, options, channels));
        }

        if (level < options.Levels - 1) downsample = new Downsample(initializer, options, channels);

        // diffusers lists attentions before residual blocks; the order of the keys is part of the format.
        if (attentions.Count > 0) register_module("attentions", nn.ModuleList([.. attentions]));
        register_module("resnets", nn.ModuleList([.. residuals]));
        if (downsample is not null) register_module("downsamplers", nn.ModuleList(downsample));
    }

    /// <param name="x">The features, [B, Cin, H, W].</param>
    /// <param name="time">The time embedding after SiLU, [B, 4·C].</param>
    /// <param name="skips">Receives what the way up takes again: the output of every block and of the down-sampling.</param>
    public override Tensor forward(Tensor x, Tensor time, IList<Tensor> skips)
    {
        for (int block = 0; block < residuals.Count; block++)
        {
            x = residuals[block].forward(x, time);
            if (attentions.Count > 0) x = attentions[block].forward(x);
            skips.Add(x);
        }

        if (downsample is null) return x;
        x = downsample.forward(x);
        skips.Add(x);
        return x;
    }

    /// <summary>The level in a plan.</summary>
    public PlannedLevel Plan(PlanContext context, PlaneSize size) => new(
        [.. residuals.Select((residual, block) => new PlannedBlock(residual.Plan(context, size), attentions.Count > 0 ? attentions[block].Plan(context) : null))],
        downsample?.Plan(context, size),
        null);

    /// <summary>The level in a native plan.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x, Stack<Feature> skips)
    {
        for (int block = 0; block < residuals.Count; block++)
        {
            x = residuals[block].Append(builder, x, null);
            if (attentions.Count > 0) x = attentions[block].Append(builder, x);
            skips.Push(x);
        }

        if (downsample is null) return x;
        x = downsample.Append(builder, x);
        skips.Push(x);
        return x;
    }

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
