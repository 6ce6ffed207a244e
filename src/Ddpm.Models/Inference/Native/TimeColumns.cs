namespace Ddpm.Models;

/// <summary>What the time embedding does in one residual block: some columns of the projections of all blocks.</summary>
/// <param name="Time">The projections of all blocks.</param>
/// <param name="Offset">The block's first column.</param>
/// <param name="ScalesAndShifts">Whether they scale and shift after the normalisation; otherwise they are added before it.</param>
internal readonly unsafe record struct TimeColumns(NativeTime Time, int Offset, bool ScalesAndShifts)
{
    /// <summary>An image's columns.</summary>
    public float* Row(int image) => Time.Projections(image) + Offset;
}
