using System.Collections.Immutable;
using TorchSharp;

namespace Ddpm.Evaluation;

/// <summary>How a TorchScript network is fed, and what is taken of its output.</summary>
public sealed record TorchScriptOptions
{
    /// <summary>The defaults.</summary>
    public static TorchScriptOptions Default { get; } = new();

    /// <summary>
    /// The height and width to resize images to first; null for none, as for networks that resize themselves. Range: ≥ 1.
    /// </summary>
    /// <value>Null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>How they are resized.</summary>
    /// <value><see cref="ResizeFilter.BicubicAntialiased"/>.</value>
    public ResizeFilter Filter { get; init; } = ResizeFilter.BicubicAntialiased;

    /// <summary>What the network takes a pixel as.</summary>
    /// <value><see cref="PixelScale.Bytes"/>.</value>
    public PixelScale Scale { get; init; } = PixelScale.Bytes;

    /// <summary>The mean of each channel that is subtracted after scaling; empty for none. Range: 3 numbers.</summary>
    /// <value>None.</value>
    public ImmutableArray<double> Mean { get; init; } = [];

    /// <summary>The standard deviation by which each channel is divided after that; empty for none. Range: 3 positive numbers.</summary>
    /// <value>None.</value>
    public ImmutableArray<double> StandardDeviation { get; init; } = [];

    /// <summary>Whether the network is called with a second argument, true: return_features of the widespread Inception file.</summary>
    /// <value>False.</value>
    public bool ReturnFeatures { get; init; }

    /// <summary>Which output is taken where the network gives several. Range: ≥ 0.</summary>
    /// <value>0.</value>
    public int Output { get; init; }

    /// <summary>
    /// How many of the first channels of a spatial output [B, C, H, W] are taken, place by place, as C·H·W features; null where the output
    /// is [B, D]. With the first 7 of Inception's mixed_6 (17×17) the Fréchet distance is sFID (Nash et al. 2021, arXiv:2103.03841). Range:
    /// ≥ 1.
    /// </summary>
    /// <value>Null.</value>
    public int? SpatialChannels { get; init; }

    /// <summary>Where the network computes.</summary>
    /// <value>The CPU.</value>
    public torch.Device Device { get; init; } = torch.CPU;
}
