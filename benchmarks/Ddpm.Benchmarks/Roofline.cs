using System.Diagnostics;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Benchmarks;

/// <summary>What this machine computes at most, by the one thing it does best: a 3×3 convolution of 16×256×16×16 to 256 channels, channels last, float32, in this process.</summary>
internal static class Roofline
{
    private static readonly Lazy<double> Measured = new(Measure);

    /// <summary>Floating-point operations a second: the median of 15 runs.</summary>
    public static double FlopsPerSecond => Measured.Value;

    private static double Measure()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = randn(16, 16, 16, 256).permute(0, 3, 1, 2), weight = randn(256, 3, 3, 256).permute(0, 3, 1, 2);
        var seconds = new List<double>();
        for (int run = 0; run < 20; run++)
        {
            long started = Stopwatch.GetTimestamp();
            F.conv2d(x, weight, padding: [1, 1]).Dispose();
            if (run >= 5) seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return 2.0 * 16 * 256 * 256 * 256 * 9 / seconds.Order().ElementAt(7);
    }
}
