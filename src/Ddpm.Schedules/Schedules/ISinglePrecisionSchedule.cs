namespace Ddpm.Core;

/// <summary>A schedule whose β_t, computed in float32 as PyTorch programs do, are not the float64 ones rounded.</summary>
internal interface ISinglePrecisionSchedule
{
    /// <summary>Returns β_t computed in float32, [T].</summary>
    float[] SinglePrecisionBetas();
}
