using System.Diagnostics;
using Ddpm.Inference;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Output;

/// <summary>
/// What one image costs a network: from the products that it computes, and from the speed of a convolution here and now. Right within about
/// a factor of two.
/// </summary>
/// <param name="Forward">Floating-point operations of a prediction.</param>
/// <param name="Kept">Bytes that a prediction keeps for the backward pass.</param>
internal sealed record NetworkCost(double Forward, double Kept)
{
    /// <summary>From which on a run is refused.</summary>
    public static readonly TimeSpan Absurd = TimeSpan.FromDays(30);

    // Of the speed of one convolution, what a network reaches with its norms, activations and copies.
    private const double Efficiency = 0.5;

    // Bytes kept for each number that an operation of the network puts out.
    private const double BytesEach = 2 * sizeof(float);

    /// <summary>Counts.</summary>
    public static NetworkCost Of(UNetOptions network)
    {
        NetworkGraph graph = NetworkGraph.Of(new UNetDescription(network));
        double pixels = Pixels(network);
        return new NetworkCost(NetworkWork.Flops(graph, pixels), NetworkWork.Outputs(graph, pixels) * BytesEach);
    }

    /// <summary>Gives the places of an image or a signal.</summary>
    public static double Pixels(UNetOptions network) => network.IsSignal ? network.Height : (double)network.Height * network.Width;

    /// <summary>Gives the time of operations of a network.</summary>
    /// <param name="flops">The operations.</param>
    /// <param name="flopsPerSecond">The speed of a convolution.</param>
    public static TimeSpan Time(double flops, double flopsPerSecond) => Seconds(flops / (flopsPerSecond * Efficiency));

    /// <summary>Gives a time; the longest there is for what is longer.</summary>
    public static TimeSpan Seconds(double seconds) =>
        seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    /// <summary>Measures a convolution of the kind that networks consist of, in about a tenth of a second.</summary>
    /// <returns>Floating-point operations per second.</returns>
    public static double MeasureSpeed(Device device)
    {
        const int channels = 64, side = 16, images = 16;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = zeros([images, channels, side, side], device: device), w = zeros([channels, channels, 3, 3], device: device);
        double best = double.MaxValue;
        for (long started = Stopwatch.GetTimestamp(), runs = 0; runs < 3 || Stopwatch.GetElapsedTime(started).TotalSeconds < 0.1; runs++)
        {
            long begun = Stopwatch.GetTimestamp();
            using Tensor y = nn.functional.conv2d(x, w, padding: [1, 1]);
            // Reading waits for the device.
            _ = y[0, 0, 0, 0].item<float>();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return 2.0 * images * channels * channels * 9 * side * side / best;
    }
}
