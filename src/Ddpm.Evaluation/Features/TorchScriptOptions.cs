using System.Collections.Immutable;
using TorchSharp;

namespace Ddpm.Evaluation;

/// <summary>Sets the input of a TorchScript network and the part of its output to use.</summary>
public sealed record TorchScriptOptions
{
    /// <summary>Gets the defaults.</summary>
    public static TorchScriptOptions Default { get; } = new();

    /// <summary>
    /// Gets the height and width to resize images to first; null: no resizing, for networks that resize their input. Range: ≥ 1.
    /// </summary>
    /// <value>Default: null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Gets how images are resized.</summary>
    /// <value>Default: <see cref="ResizeFilter.BicubicAntialiased"/>.</value>
    public ResizeFilter Filter { get; init; } = ResizeFilter.BicubicAntialiased;

    /// <summary>Gets the scale of pixels that the network expects.</summary>
    /// <value>Default: <see cref="PixelScale.Bytes"/>.</value>
    public PixelScale Scale { get; init; } = PixelScale.Bytes;

    /// <summary>Gets the mean of each channel, which is subtracted after scaling; empty: none. Range: 3 numbers.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<double> Mean { get; init; } = [];

    /// <summary>Gets the standard deviation by which each channel is then divided; empty: none. Range: 3 positive numbers.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<double> StandardDeviation { get; init; } = [];

    /// <summary>
    /// Gets whether the network is called with a second argument, true: return_features of the widespread Inception file.
    /// </summary>
    /// <value>Default: false.</value>
    public bool ReturnFeatures { get; init; }

    /// <summary>Gets the index of the output to use if the network gives several. Range: ≥ 0.</summary>
    /// <value>Default: 0.</value>
    public int Output { get; init; }

    /// <summary>
    /// Gets how many of the first channels of a spatial output [B, C, H, W] are used, place by place, as C·H·W features; null: the output
    /// is [B, D]. With the first 7 of Inception's mixed_6 (17×17) the Fréchet distance is sFID (Nash et al. 2021, arXiv:2103.03841). Range:
    /// ≥ 1.
    /// </summary>
    /// <value>Default: null.</value>
    public int? SpatialChannels { get; init; }

    /// <summary>Gets the device on which the network computes.</summary>
    /// <value>Default: the CPU.</value>
    public torch.Device Device { get; init; } = torch.CPU;
}
