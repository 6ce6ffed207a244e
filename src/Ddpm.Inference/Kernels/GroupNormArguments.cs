namespace Ddpm.Inference;

/// <summary>What <see cref="GroupNormKernel"/> does to one example, float32 pointers with a number for each channel.</summary>
internal unsafe struct GroupNormArguments
{
    /// <summary>The channels of the first tensor.</summary>
    public int FirstChannels;

    /// <summary>The channels of the second tensor, which is joined to the first; 0 for none.</summary>
    public int SecondChannels;

    /// <summary>From one pixel of the first tensor to the next, in numbers.</summary>
    public int FirstStride;

    /// <summary>The same of the second tensor.</summary>
    public int SecondStride;

    /// <summary>The same of the result.</summary>
    public int TargetStride;

    /// <summary>H · W.</summary>
    public int Pixels;

    /// <summary>The groups over all channels.</summary>
    public int Groups;

    /// <summary>What is added to the variance.</summary>
    public double Epsilon;

    /// <summary>Whether SiLU follows.</summary>
    public bool Silu;

    /// <summary>The normalisation's weight.</summary>
    public float* Weight;

    /// <summary>The normalisation's bias.</summary>
    public float* Bias;

    /// <summary>What is added before the normalisation; null for nothing.</summary>
    public float* Addend;

    /// <summary>What the normalised numbers are multiplied by, less 1; null for nothing.</summary>
    public float* Scale;

    /// <summary>What is added after that; not used where <see cref="Scale"/> is null.</summary>
    public float* Shift;
}
