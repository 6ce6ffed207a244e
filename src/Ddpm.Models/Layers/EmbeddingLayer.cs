using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A table of vectors: int64 [B] → [B, features].</summary>
internal sealed class EmbeddingLayer : nn.Module<Tensor, Tensor>
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;

    public EmbeddingLayer(Initializer initializer, int rows, int features)
        : base(nameof(EmbeddingLayer))
    {
        weight = initializer.Normal(rows, features);
        register_parameter(nameof(weight), weight);
    }

    /// <summary>The trained table.</summary>
    public Tensor Trained => weight;

    public override Tensor forward(Tensor index) => weight.index_select(0, index);
}
