using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>The time embedding of a plan and its projections for all residual blocks, which are one matrix: float32 [B, all columns].</summary>
internal sealed class PlannedTime(TimeEmbedding embedding, EmbeddingLayer? classes, Tensor weight, Tensor bias)
{
    /// <summary>The projections; a fresh tensor.</summary>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding; null where the network knows none.</param>
    public Tensor Apply(Tensor t, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        Tensor embedded = embedding.forward(t);
        if (labels is not null) embedded.add_(classes!.forward(labels));
        return F.linear(F.silu(embedded), weight, bias).MoveToOuterDisposeScope();
    }
}
