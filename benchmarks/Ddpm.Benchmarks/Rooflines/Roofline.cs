using System.Collections.Concurrent;
using System.Diagnostics;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Benchmarks;

/// <summary>
/// What this machine does at most of one thing, by libtorch's operation that does it best: measured in this process when it is first asked
/// for, the median of 15 runs.
/// </summary>
internal sealed class Roofline
{
    private static readonly ConcurrentDictionary<long, Roofline> Copies = new();

    private readonly Lazy<double> perSecond;

    private Roofline(string name, double amount, Func<Action> prepare)
    {
        Name = name;
        perSecond = new Lazy<double>(() => Measure(amount, prepare));
    }

    /// <summary>Operations of a 3×3 convolution of 16×256×16×16 to 256 channels, channels last, float32.</summary>
    public static Roofline Convolution { get; } = new(
        "3×3 conv, f32",
        2.0 * 16 * 256 * 256 * 256 * 9,
        () => Convolving(ScalarType.Float32));

    /// <summary>The same in bfloat16.</summary>
    public static Roofline ConvolutionBFloat16 { get; } = new(
        "3×3 conv, bf16",
        2.0 * 16 * 256 * 256 * 256 * 9,
        () => Convolving(ScalarType.BFloat16));

    /// <summary>Operations of a product of two matrices of 1,536², float64.</summary>
    public static Roofline ProductDouble { get; } = new("matrix product, f64", 2.0 * 1536 * 1536 * 1536, Multiplying);

    /// <summary>Of <see cref="Convolution"/>, a second.</summary>
    public static double FlopsPerSecond => Convolution.PerSecond;

    /// <summary>What is measured, as tables name it.</summary>
    public string Name { get; }

    /// <summary>How much of it a second.</summary>
    public double PerSecond => perSecond.Value;

    /// <summary>The convolution in a type.</summary>
    public static Roofline ConvolutionOf(ScalarType type) => type == ScalarType.BFloat16 ? ConvolutionBFloat16 : Convolution;

    /// <summary>
    /// Bytes of a copy in memory of as many, which are read once and written once: what is small stays in a cache, for the copy as for what
    /// is compared with it.
    /// </summary>
    public static Roofline Copy(long bytes) => Copies.GetOrAdd(bytes, _ =>
    {
        // So many copies that one measurement moves 64 MB.
        long copies = Math.Max(1, 64_000_000 / bytes);
        return new Roofline(FormattableString.Invariant($"copy of {bytes / 1e3:N0} kB"), bytes * copies, () => Copying(bytes, copies));
    });

    private static double Measure(double amount, Func<Action> prepare)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Action run = prepare();
        var seconds = new List<double>();
        for (int i = 0; i < 20; i++)
        {
            long started = Stopwatch.GetTimestamp();
            run();
            if (i >= 5) seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return amount / seconds.Order().ElementAt(7);
    }

    private static Action Convolving(ScalarType type)
    {
        Tensor x = randn(16, 16, 16, 256).to(type).permute(0, 3, 1, 2), weight = randn(256, 3, 3, 256).to(type).permute(0, 3, 1, 2);
        return () => F.conv2d(x, weight, padding: [1, 1]).Dispose();
    }

    private static Action Multiplying()
    {
        Tensor a = randn(1536, 1536, float64), b = randn(1536, 1536, float64);
        return () => a.mm(b).Dispose();
    }

    private static Action Copying(long bytes, long copies)
    {
        Tensor from = ones([bytes], uint8), to = zeros([bytes], uint8);
        return () =>
        {
            for (long i = 0; i < copies; i++) to.copy_(from);
        };
    }
}
