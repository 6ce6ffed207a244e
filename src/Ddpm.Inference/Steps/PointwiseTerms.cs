namespace Ddpm.Inference;

/// <summary>What <see cref="PointwiseStep{TLanes}"/> does to each number x of its source, in this order.</summary>
internal readonly record struct PointwiseTerms()
{
    /// <summary>Gets what is added first: a plane of the same size.</summary>
    public Plane? Plane { get; init; }

    /// <summary>Gets what is added first: a number for each channel.</summary>
    public RowColumns? Row { get; init; }

    /// <summary>Gets a scale s and a shift b for each channel: x (1 + s) + b. The shifts stand after the scales.</summary>
    public RowColumns? Modulation { get; init; }

    /// <summary>Gets what x is multiplied by.</summary>
    public float Multiplier { get; init; } = 1;

    /// <summary>Gets what is added then.</summary>
    public float Addend { get; init; }

    /// <summary>Gets the function that is applied last.</summary>
    public Activation? Function { get; init; }
}
