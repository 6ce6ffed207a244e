using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>A layer of a network that is timed alone, on random features of the shape that it sees there.</summary>
/// <param name="Kind">What it does, as the table says.</param>
/// <param name="Shape">What tells it from others of its kind: layers alike are timed once.</param>
internal sealed record NetworkLayer(string Kind, string Shape)
{
    public const string
        Convolution3 = "3×3",
        Convolution1 = "1×1",
        Upsampling = "up-sampling",
        Norm = "norm, SiLU, join, time's part",
        Sums = "sums",
        Attention = "attention",
        Time = "time embedding, projections",
        Layout = "reading x_t, writing the result",
        Sampler = "sampler's arithmetic and noise";

    /// <summary>The kinds in the order of the table.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        Convolution3, Convolution1, Upsampling, Norm, Sums, Attention, Time, Layout, Sampler,
    ];

    /// <summary>How many times the layer one call is.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>
    /// Makes the features; each call of what it returns is the layer as the network computes it, a fresh tensor. Called inside a dispose
    /// scope that outlives the calls.
    /// </summary>
    public required Func<Func<Tensor>> Plain { get; init; }

    /// <summary>The same as a plan computes it.</summary>
    public required Func<PlanContext, Func<Tensor>> Planned { get; init; }
}
