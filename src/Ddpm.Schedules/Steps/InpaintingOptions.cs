namespace Ddpm.Core;

/// <summary>Sets how RePaint (Lugmayr et al. 2022, arXiv:2201.09865) goes back and forth.</summary>
public sealed record InpaintingOptions
{
    /// <summary>Gets the paper's settings: jumps of 10, each ten times.</summary>
    public static InpaintingOptions Default { get; } = new();

    /// <summary>Gets how many steps are taken back at a time. Range: ≥ 1.</summary>
    /// <value>Default: 10.</value>
    public int JumpLength { get; init; } = 10;

    /// <summary>Gets how often each section is repeated; 1 means without going back. Range: ≥ 1.</summary>
    /// <value>Default: 10.</value>
    public int Resamples { get; init; } = 10;

    internal InpaintingOptions Validated()
    {
        Require.AtLeast(JumpLength, 1);
        Require.AtLeast(Resamples, 1);
        return this;
    }
}
