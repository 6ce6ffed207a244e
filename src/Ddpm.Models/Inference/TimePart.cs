using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>What the time embedding does in one residual block: a slice of what was computed for all blocks at once.</summary>
/// <param name="Projections">For all blocks, float32 [B, …], contiguous.</param>
/// <param name="Offset">The block's first column.</param>
/// <param name="Channels">The block's channels: as many columns are added before the normalisation, or twice as many scale and shift after it.</param>
/// <param name="ScalesAndShifts">Which of both.</param>
internal readonly record struct TimePart(Tensor Projections, int Offset, int Channels, bool ScalesAndShifts)
{
    /// <summary>The block's columns as [B, C, 1, 1], in the type of the features; the first are added or are scales, the second are shifts. Called inside a dispose scope.</summary>
    public Tensor Columns(int part, ScalarType type) => Projections.narrow(1, Offset + part * Channels, Channels).unsqueeze(-1).unsqueeze(-1).to(type);
}
