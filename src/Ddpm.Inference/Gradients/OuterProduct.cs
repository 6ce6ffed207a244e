namespace Ddpm.Inference;

/// <summary>
/// What <see cref="OuterProductKernel{TLanes}"/> computes, Vᵀ W: 16 columns of V times some vectors of columns of W, summed over the
/// rows of both.
/// </summary>
internal unsafe struct OuterProduct
{
    /// <summary>The columns of V.</summary>
    public float* Left;

    /// <summary>From one row of V to the next, in numbers.</summary>
    public int LeftStride;

    /// <summary>The columns of W.</summary>
    public float* Right;

    /// <summary>From one row of W to the next, in numbers.</summary>
    public int RightStride;

    /// <summary>How many vectors of columns W has.</summary>
    public int Vectors;

    /// <summary>From one vector of columns of W to the next, in numbers.</summary>
    public nint Next;

    /// <summary>The rows of both.</summary>
    public int Rows;

    /// <summary>Where the sums go, a line for each column of V.</summary>
    public float* Target;

    /// <summary>From one line of the sums to the next, in numbers.</summary>
    public int TargetStride;

    /// <summary>From one vector of columns of the sums to the next, in numbers.</summary>
    public nint TargetNext;

    /// <summary>Whether the sums are added to what is there.</summary>
    public bool Add;
}
