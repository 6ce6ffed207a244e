using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A residual block of a plan and the attention after it, if there is one.</summary>
internal sealed record PlannedBlock(PlannedResidual Residual, PlannedAttention? Attention)
{
    /// <summary>Both; a fresh tensor.</summary>
    public Tensor Apply(Tensor x, Tensor? skip, Tensor projections)
    {
        Tensor h = Residual.Apply(x, skip, projections);
        if (Attention is null) return h;
        using (h) return Attention.Apply(h);
    }
}
