using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Up-sampling of a plan, [B, C, H, W] → [B, C, 2H, 2W], channels last.</summary>
internal abstract class PlannedUpsample
{
    /// <summary>The larger features; a fresh tensor.</summary>
    public abstract Tensor Apply(Tensor x);
}
