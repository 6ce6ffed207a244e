using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// Group normalisation (Wu and He 2018, arXiv:1803.08494) that starts with weight 1 and bias 0; TorchSharp's own starts with uninitialised memory.
/// </summary>
internal sealed class GroupNormLayer : nn.Module<Tensor, Tensor>
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly int groups;
    private readonly double epsilon;

    public GroupNormLayer(Initializer initializer, int groups, int channels, double epsilon)
        : base(nameof(GroupNormLayer))
    {
        this.groups = groups;
        this.epsilon = epsilon;
        weight = initializer.Constant(channels, 1);
        bias = initializer.Constant(channels, 0);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    /// <summary>The normalisation in a plan, perhaps with SiLU.</summary>
    public PlannedNorm Plan(PlanContext context, bool silu) => context.Norm(weight, bias, groups, epsilon, silu);

    /// <summary>The normalisation in a native plan, of one feature or of two that are joined.</summary>
    public Feature Append(NativePlanBuilder builder, Feature first, Feature? second, bool silu, TimeColumns? time = null) => builder.Norm(first, second, weight, bias, groups, epsilon, silu, time);

    public override Tensor forward(Tensor x) => F.group_norm(x, groups, weight, bias, epsilon);
}
