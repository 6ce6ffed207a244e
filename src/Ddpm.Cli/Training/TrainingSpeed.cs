using System.Diagnostics;
using Ddpm.Cli.Output;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Training;

/// <summary>How fast a network trains here and now.</summary>
internal static class TrainingSpeed
{
    private const int Images = 8;

    private static readonly UNetOptions Small = new()
    {
        Height = 16,
        Width = 16,
        BaseChannels = 64,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        Dropout = 0,
    };

    /// <summary>
    /// Measures the gradients of a small network's prediction, in about half a second. They are those of a step, so what trains is what is
    /// timed: kernels of this library, or libtorch on another device and in another type.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type that layers compute in.</param>
    /// <returns>Floating-point operations per second, as <see cref="StepEstimate"/> counts those of a step.</returns>
    public static double Measure(Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(Small);
        network.to(device).to(type).train();
        Tensor x = zeros([Images, Small.InChannels, Small.Height, Small.Width], type, device), t = zeros(Images, int64, device);
        // The first run compiles what all steps need.
        Seconds(network, x, t);
        double best = double.MaxValue;
        long started = Stopwatch.GetTimestamp();
        do best = Math.Min(best, Seconds(network, x, t));
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 0.25);

        return NetworkCost.Of(Small).Forward * StepEstimate.Passes * Images / best;
    }

    private static double Seconds(UNet network, Tensor x, Tensor t)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        long begun = Stopwatch.GetTimestamp();
        network.Predict(x, t).sum().backward();
        // Reading waits for the device.
        network.parameters().First().grad!.sum().to(float32).item<float>();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
