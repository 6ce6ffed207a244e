using System.Diagnostics;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// The times of one small convolution, forward and backward, in float32 and in bfloat16: whether a processor has units for the latter. It
/// decides what is said and refused before a run, and nothing of the run's numbers.
/// </summary>
/// <param name="Float32">The median time in float32.</param>
/// <param name="BFloat16">The median time in bfloat16.</param>
internal sealed record ComputeSpeed(TimeSpan Float32, TimeSpan BFloat16)
{
    // A noisy machine is not to decide; without units the factor is 10 and more.
    private const double Margin = 1.25;

    /// <summary>Gets whether bfloat16 is clearly slower.</summary>
    public bool IsSlower => BFloat16 > Float32 * Margin;

    /// <summary>Measures on the CPU; the two types take turns.</summary>
    public static ComputeSpeed Measure()
    {
        const int runs = 5;
        double[] wide = new double[runs], narrow = new double[runs];
        // The first of each finds its kernels.
        Seconds(ScalarType.Float32);
        Seconds(ScalarType.BFloat16);
        for (int run = 0; run < runs; run++)
        {
            wide[run] = Seconds(ScalarType.Float32);
            narrow[run] = Seconds(ScalarType.BFloat16);
        }

        return new ComputeSpeed(Median(wide), Median(narrow));
    }

    private static TimeSpan Median(double[] seconds) => TimeSpan.FromSeconds(seconds.Order().ElementAt(seconds.Length / 2));

    private static double Seconds(ScalarType type)
    {
        const int channels = 64, side = 16, images = 4;
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        Tensor x = zeros([images, channels, side, side], type, requires_grad: true);
        Tensor w = zeros([channels, channels, 3, 3], type, requires_grad: true);
        long started = Stopwatch.GetTimestamp();
        nn.functional.conv2d(x, w, padding: [1, 1]).sum().backward();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        x.grad = null;
        w.grad = null;
        return seconds;
    }
}
