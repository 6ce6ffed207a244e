namespace Ddpm.Core;

/// <summary>How RePaint (Lugmayr et al. 2022, arXiv:2201.09865) goes back and forth.</summary>
public sealed record InpaintingOptions
{
    /// <summary>The paper's: jumps of 10, each ten times.</summary>
    public static InpaintingOptions Default { get; } = new();

    /// <summary>How many steps are taken back at a time. Range: ≥ 1.</summary>
    /// <value>10.</value>
    public int JumpLength { get; init; } = 10;

    /// <summary>How often each stretch is passed; 1 is no going back. Range: ≥ 1.</summary>
    /// <value>10.</value>
    public int Resamples { get; init; } = 10;

    internal InpaintingOptions Validated()
    {
        Require.AtLeast(JumpLength, 1);
        Require.AtLeast(Resamples, 1);
        return this;
    }
}
