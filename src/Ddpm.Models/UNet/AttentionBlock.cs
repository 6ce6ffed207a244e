using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// Every pixel attends to every other: norm, softmax(q kᵀ/√d) v, projection, plus the input (Ho et al. 2020, arXiv:2006.11239, appendix B;
/// Vaswani et al. 2017, arXiv:1706.03762). [B, C, H, W] → [B, C, H, W].
/// </summary>
internal sealed class AttentionBlock : nn.Module<Tensor, Tensor>
{
    private readonly GroupNormLayer? norm;
    private readonly LinearLayer query;
    private readonly LinearLayer key;
    private readonly LinearLayer value;
    private readonly LinearLayer projection;
    private readonly int heads;
    private readonly double outputScale;

    public AttentionBlock(Initializer initializer, UNetOptions options, int channels, double outputScale = 1, bool normalise = true)
        : base(nameof(AttentionBlock))
    {
        this.outputScale = outputScale;
        heads = channels / (options.AttentionHeadChannels ?? channels);
        norm = normalise ? new GroupNormLayer(initializer, options.NormGroups, channels, options.NormEpsilon) : null;
        query = new LinearLayer(initializer, channels, channels);
        key = new LinearLayer(initializer, channels, channels);
        value = new LinearLayer(initializer, channels, channels);
        projection = new LinearLayer(initializer, channels, channels, scale: Initializer.NearZero);

        if (norm is not null) register_module("group_norm", norm);
        register_module("to_q", query);
        register_module("to_k", key);
        register_module("to_v", value);
        register_module("to_out", nn.ModuleList<nn.Module<Tensor, Tensor>>(projection));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        long batch = x.size(0), channels = x.size(1), pixels = x.numel() / (batch * channels);
        Tensor tokens = (norm?.forward(x) ?? x).reshape(batch, channels, pixels).transpose(1, 2); // [B, HW, C]
        Tensor attended = F.scaled_dot_product_attention(Heads(query.forward(tokens)), Heads(key.forward(tokens)), Heads(value.forward(tokens)));
        Tensor merged = attended.transpose(1, 2).reshape(batch, pixels, channels); // [B, HW, C]
        Tensor h = projection.forward(merged).transpose(1, 2).reshape(x.shape) + x;
        if (outputScale != 1) h /= outputScale;
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>The block in a plan.</summary>
    public PlannedAttention Plan(PlanContext context)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        LinearLayer[] projections = [query, key, value];
        context.Paths.Add("joined projections", query.Trained.Weight);
        Tensor weights = cat([.. projections.Select(layer => layer.Trained.Weight)], 0), biases = cat([.. projections.Select(layer => layer.Trained.Bias)], 0);
        return new PlannedAttention
        {
            Norm = norm?.Plan(context, silu: false),
            Weight = context.Own(weights),
            Bias = context.Own(biases),
            ProjectionWeight = context.Own(projection.Trained.Weight),
            ProjectionBias = context.Own(projection.Trained.Bias),
            Heads = heads,
            OutputScale = outputScale,
        };
    }

    /// <summary>The block in a native plan.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x)
    {
        using var scope = NewDisposeScope();
        LinearLayer[] projections = [query, key, value];
        Tensor weights = cat([.. projections.Select(layer => layer.Trained.Weight)], 0), biases = cat([.. projections.Select(layer => layer.Trained.Bias)], 0);
        Feature normal = norm?.Append(builder, x, null, silu: false) ?? x;
        Feature attended = builder.Attention(builder.Convolution([normal], weights, biases, ConvolutionGeometry.None, partOf: query.Trained.Weight), heads);
        return builder.Convolution([attended], projection.Trained.Weight, projection.Trained.Bias, ConvolutionGeometry.None, x, outputScale);
    }

    // [B, HW, C] → [B, heads, HW, C/heads]
    private Tensor Heads(Tensor tokens) => tokens.view(tokens.size(0), tokens.size(1), heads, -1).transpose(1, 2);

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
