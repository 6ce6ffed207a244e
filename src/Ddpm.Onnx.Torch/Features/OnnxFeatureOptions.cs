using System.Collections.Immutable;
using Ddpm.Evaluation;
using Microsoft.ML.OnnxRuntime;

namespace Ddpm.Onnx;

/// <summary>How a feature network in ONNX is fed, and what is taken of its output. State these settings beside every distance.</summary>
public sealed record OnnxFeatureOptions
{
    /// <summary>Gets the height and width to resize images to first; null for none. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Gets how they are resized.</summary>
    /// <value><see cref="ResizeFilter.BicubicAntialiased"/>.</value>
    public ResizeFilter Filter { get; init; } = ResizeFilter.BicubicAntialiased;

    /// <summary>Gets what the network takes a pixel as. A network of float32 takes bytes as 0 … 255.</summary>
    /// <value><see cref="PixelScale.UnitInterval"/>.</value>
    public PixelScale Scale { get; init; } = PixelScale.UnitInterval;

    /// <summary>Gets the mean of each channel that is subtracted after scaling; empty for none. Range: 3 numbers.</summary>
    /// <value>None.</value>
    public ImmutableArray<double> Mean { get; init; } = [];

    /// <summary>
    /// Gets the standard deviation by which each channel is divided after that; empty for none. Range: 3 positive numbers.
    /// </summary>
    /// <value>None.</value>
    public ImmutableArray<double> StandardDeviation { get; init; } = [];

    /// <summary>Gets whether the network takes [B, H, W, C] instead of [B, C, H, W].</summary>
    /// <value>False.</value>
    public bool ChannelsLast { get; init; }

    /// <summary>Gets the input that takes the images; null for the only one.</summary>
    /// <value>Null.</value>
    public string? Input { get; init; }

    /// <summary>Gets the output that holds the features, [B, D], [B, D, 1, 1] or [B, N, D]; null for the first.</summary>
    /// <value>Null.</value>
    public string? Output { get; init; }

    /// <summary>
    /// Gets which of N tokens is taken of an output [B, N, D], such as 0 for the class token of DINOv2 and CLIP; null where the output is
    /// [B, D]. Range: ≥ 0.
    /// </summary>
    /// <value>Null.</value>
    public int? Token { get; init; }

    /// <summary>Gets the threads that compute; null for ONNX Runtime's choice. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? Threads { get; init; }

    /// <summary>Changes the session before the network is loaded, such as by an execution provider.</summary>
    /// <value>Null: the CPU.</value>
    public Action<SessionOptions>? Configure { get; init; }
}
