using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>
/// Holds what one panel of a <see cref="PlanarPlot"/> shows of the plane; what is null is not drawn. Tensors are read when the plot is
/// saved, and stay their owner's.
/// </summary>
public sealed record PlanarPanel
{
    /// <summary>Gets the title above the panel.</summary>
    /// <value>Default: none.</value>
    public string Title { get; init; } = "";

    /// <summary>Gets points whose density is drawn as shades, a histogram: [N, 2].</summary>
    /// <value>Default: null.</value>
    public Tensor? Density { get; init; }

    /// <summary>Gets points that are drawn as dots: [N, 2].</summary>
    /// <value>Default: null.</value>
    public Tensor? Points { get; init; }

    /// <summary>Gets where arrows begin, [N, 2], and their directions, [N, 2]. The longest arrow is as long as their distance.</summary>
    /// <value>Default: null.</value>
    public (Tensor Places, Tensor Directions)? Arrows { get; init; }

    /// <summary>Gets paths that are drawn as lines, with a dot at the end of each: [N, steps, 2].</summary>
    /// <value>Default: null.</value>
    public Tensor? Paths { get; init; }

    /// <summary>Gets which colour of the palette the dots have. Range: ≥ 0.</summary>
    /// <value>Default: 0.</value>
    public int Color { get; init; }
}
