using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A group normalisation of a plan with all that surrounds it, channels last.</summary>
internal abstract class PlannedNorm
{
    /// <summary>SiLU(norm(x ⧺ second + addend) (1 + scale) + shift); a fresh tensor [B, C, H, W].</summary>
    /// <param name="x">The features, [B, C, H, W].</param>
    /// <param name="second">What is joined to them; null for nothing.</param>
    /// <param name="time">Time's part; null for none.</param>
    public abstract Tensor Apply(Tensor x, Tensor? second = null, TimePart? time = null);
}
