namespace Ddpm.Inference;

/// <summary>
/// What <see cref="GroupNormGradientKernel{TLanes}"/> does to one example, or to some whole groups of its channels. Numbers lie channels
/// last; channels are a multiple of 16.
/// </summary>
internal unsafe struct GroupNormGradientArguments
{
    /// <summary>The channels.</summary>
    public int Channels;

    /// <summary>From one pixel to the next of all three tensors, in numbers.</summary>
    public int Stride;

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

    /// <summary>The normalisation's input.</summary>
    public float* Source;

    /// <summary>The gradient of the result.</summary>
    public float* Gradient;

    /// <summary>Where the input's gradient goes.</summary>
    public float* Target;

    /// <summary>Where this example's part of the weight's gradient goes.</summary>
    public double* WeightGradient;

    /// <summary>Where this example's part of the bias's gradient goes.</summary>
    public double* BiasGradient;
}
