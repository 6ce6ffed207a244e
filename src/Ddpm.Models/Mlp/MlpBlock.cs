using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>The U-Net's residual block without space: norm, SiLU, dense; the time is added; norm, SiLU, dropout, dense; plus the input. [B, W] → [B, W].</summary>
internal sealed class MlpBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly GroupNormLayer norm1;
    private readonly LinearLayer dense1;
    private readonly LinearLayer timeProjection;
    private readonly GroupNormLayer norm2;
    private readonly LinearLayer dense2;
    private readonly Dropout dropout;

    public MlpBlock(Initializer initializer, int width, Dropout dropout)
        : base(nameof(MlpBlock))
    {
        this.dropout = dropout;
        // One group over all features is layer normalisation.
        norm1 = new GroupNormLayer(initializer, 1, width, 1e-6);
        dense1 = new LinearLayer(initializer, width, width);
        timeProjection = new LinearLayer(initializer, width, width);
        norm2 = new GroupNormLayer(initializer, 1, width, 1e-6);
        dense2 = new LinearLayer(initializer, width, width, scale: Initializer.NearZero);
        register_module("norm1", norm1);
        register_module("dense1", dense1);
        register_module("time_emb_proj", timeProjection);
        register_module("norm2", norm2);
        register_module("dense2", dense2);
    }

    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        Tensor h = dense1.forward(F.silu(norm1.forward(x))) + timeProjection.forward(time);
        h = F.silu(norm2.forward(h));
        if (training) h = dropout.Apply(h);
        return (dense2.forward(h) + x).MoveToOuterDisposeScope();
    }

    // Registered by hand above; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
