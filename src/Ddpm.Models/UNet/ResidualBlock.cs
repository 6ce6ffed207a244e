using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// norm, SiLU, convolution; the time embedding is added; norm, SiLU, dropout, convolution; plus the input
/// (Ho et al. 2020, arXiv:2006.11239, appendix B). [B, Cin, H, W], [B, 4·C] → [B, Cout, H, W].
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly GroupNormLayer norm1;
    private readonly ConvolutionLayer conv1;
    private readonly LinearLayer timeProjection;
    private readonly GroupNormLayer norm2;
    private readonly ConvolutionLayer conv2;
    private readonly ConvolutionLayer? shortcut;
    private readonly Dropout dropout;
    private readonly bool timeScaleShift;
    private readonly double outputScale;
    private readonly int inChannels;
    private readonly int outChannels;

    public ResidualBlock(Initializer initializer, UNetOptions options, Dropout dropout, int inChannels, int outChannels, double outputScale = 1)
        : base(nameof(ResidualBlock))
    {
        this.dropout = dropout;
        this.outputScale = outputScale;
        this.inChannels = inChannels;
        this.outChannels = outChannels;
        timeScaleShift = options.TimeScaleShift;

        norm1 = new GroupNormLayer(initializer, options.NormGroups, inChannels, options.NormEpsilon);
        conv1 = new ConvolutionLayer(initializer, options.SpatialDimensions, inChannels, outChannels, kernel: 3, padding: 1);
        timeProjection = new LinearLayer(initializer, TimeEmbedding.Features(options), timeScaleShift ? 2 * outChannels : outChannels);
        norm2 = new GroupNormLayer(initializer, options.NormGroups, outChannels, options.NormEpsilon);
        conv2 = new ConvolutionLayer(initializer, options.SpatialDimensions, outChannels, outChannels, kernel: 3, padding: 1, scale: Initializer.NearZero);
        shortcut = inChannels == outChannels ? null : new ConvolutionLayer(initializer, options.SpatialDimensions, inChannels, outChannels, kernel: 1);

        register_module("norm1", norm1);
        register_module("conv1", conv1);
        register_module("time_emb_proj", timeProjection);
        register_module("norm2", norm2);
        register_module("conv2", conv2);
        if (shortcut is not null) register_module("conv_shortcut", shortcut);
    }

    /// <param name="x">The features, [B, Cin, H, W].</param>
    /// <param name="time">The time embedding after SiLU, [B, 4·C].</param>
    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        Tensor h = conv1.forward(F.silu(norm1.forward(x)));
        Tensor projected = timeProjection.forward(time).unsqueeze(-1); // [B, Cout, 1, 1], or [B, Cout, 1] for signals
        if (x.dim() == 4) projected = projected.unsqueeze(-1);
        if (timeScaleShift)
        {
            Tensor[] scaleAndShift = projected.chunk(2, 1);
            h = norm2.forward(h) * (scaleAndShift[0] + 1) + scaleAndShift[1];
        }
        else
        {
            h = norm2.forward(h + projected);
        }

        h = F.silu(h);
        if (training) h = dropout.Apply(h);
        h = conv2.forward(h) + (shortcut?.forward(x) ?? x);
        if (outputScale != 1) h /= outputScale;
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>The block in a plan.</summary>
    /// <param name="context">The plan.</param>
    /// <param name="size">The size of its input.</param>
    /// <param name="skipChannels">How many of the input's channels, the last, come from a skip connection.</param>
    public PlannedResidual Plan(PlanContext context, PlaneSize size, int skipChannels = 0)
    {
        (PlannedConvolution First, PlannedConvolution? Second)? shortcuts = shortcut?.PlanSplit(context, size, inChannels - skipChannels);
        return new PlannedResidual
        {
            Norm1 = norm1.Plan(context, silu: true),
            // Where time is added after the convolution, its bias is added with it.
            Convolution1 = conv1.Plan(context, size, withBias: timeScaleShift),
            TimeOffset = timeScaleShift ? timeProjection.PlanTime(context, null) : conv1.PlanTime(context, timeProjection),
            Norm2 = norm2.Plan(context, silu: true),
            Convolution2 = conv2.Plan(context, size),
            Shortcut = shortcuts?.First,
            SkipShortcut = shortcuts?.Second,
            Channels = outChannels,
            TimeScaleShift = timeScaleShift,
            OutputScale = outputScale,
        };
    }

    /// <summary>The block in a native plan.</summary>
    /// <param name="builder">The plan.</param>
    /// <param name="x">The features.</param>
    /// <param name="skip">The skip connection, which is joined to them; null on the way down.</param>
    public Feature Append(NativePlanBuilder builder, Feature x, Feature? skip)
    {
        Feature h = norm1.Append(builder, x, skip, silu: true);
        // Where time is added after the convolution, its bias is added with it.
        h = conv1.Append(builder, [h], withBias: timeScaleShift);
        TimeColumns time = timeScaleShift ? builder.Time(timeProjection.Trained.Weight, timeProjection.Trained.Bias, null, scalesAndShifts: true) : conv1.AppendTime(builder, timeProjection);
        h = norm2.Append(builder, h, null, silu: true, time);
        Feature residual = shortcut?.Append(builder, skip is null ? [x] : [x, skip]) ?? x;
        return conv2.Append(builder, [h], residual: residual, divisor: outputScale);
    }

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
