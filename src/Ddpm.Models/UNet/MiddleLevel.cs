using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The bottom of the network: residual block, attention, residual block.</summary>
internal sealed class MiddleLevel : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ResidualBlock first;
    private readonly AttentionBlock attention;
    private readonly ResidualBlock second;

    public MiddleLevel(Initializer initializer, UNetOptions options, Dropout dropout)
        : base(nameof(MiddleLevel))
    {
        int channels = options.Channels(options.Levels - 1);
        first = new ResidualBlock(initializer, options, dropout, channels, channels, options.MidBlockScale);
        // diffusers leaves this norm out where the time embedding scales and shifts.
        attention = new AttentionBlock(initializer, options, channels, options.MidBlockScale, normalise: !options.TimeScaleShift);
        second = new ResidualBlock(initializer, options, dropout, channels, channels, options.MidBlockScale);
        register_module("attentions", nn.ModuleList(attention));
        register_module("resnets", nn.ModuleList(first, second));
    }

    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        return second.forward(attention.forward(first.forward(x, time)), time).MoveToOuterDisposeScope();
    }

    /// <summary>The level in a plan.</summary>
    public IReadOnlyList<PlannedBlock> Plan(PlanContext context, PlaneSize size) => [new(first.Plan(context, size), attention.Plan(context)), new(second.Plan(context, size), null)];

    /// <summary>The level in a native plan.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x) => second.Append(builder, attention.Append(builder, first.Append(builder, x, null)), null);

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
