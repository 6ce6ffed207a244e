namespace Ddpm.Inference;

/// <summary>Chooses how a plan stores the weights of convolutions and dense layers.</summary>
public enum WeightPrecision
{
    /// <summary>Stores the weights as they were trained.</summary>
    Full,

    /// <summary>Stores the upper halves of float32, rounded to nearest, in half the memory. Kernels widen them as they read them.</summary>
    BFloat16,
}
