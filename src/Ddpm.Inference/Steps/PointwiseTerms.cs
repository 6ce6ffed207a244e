namespace Ddpm.Inference;

/// <summary>What <see cref="PointwiseStep{TLanes}"/> does to each number x of its source, in this order.</summary>
internal readonly record struct PointwiseTerms()
{
    /// <summary>What is added first: a plane of the same size.</summary>
    public Plane? Plane { get; init; }

    /// <summary>What is added first: a number for each channel.</summary>
    public RowColumns? Row { get; init; }

    /// <summary>A scale s and a shift b for each channel: x (1 + s) + b. The shifts stand after the scales.</summary>
    public RowColumns? Modulation { get; init; }

    /// <summary>What x is multiplied by.</summary>
    public float Multiplier { get; init; } = 1;

    /// <summary>What is added then.</summary>
    public float Addend { get; init; }

    /// <summary>The function that is applied last.</summary>
    public Activation? Function { get; init; }
}
