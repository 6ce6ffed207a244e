namespace Ddpm.Inference;

/// <summary>How a plan keeps the weights of convolutions and dense layers.</summary>
public enum WeightPrecision
{
    /// <summary>As they were trained.</summary>
    Full,

    /// <summary>The upper halves of float32, rounded to the nearest: half the memory. Kernels widen them as they read them.</summary>
    BFloat16,
}
