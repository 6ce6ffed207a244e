using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>What one call of a benchmark has to do, and against what its pace is held.</summary>
/// <param name="Amount">How much: operations or bytes, as the roofline counts.</param>
/// <param name="Against">The roofline.</param>
internal readonly record struct Work(double Amount, Roofline Against)
{
    /// <summary>Floating-point operations of a network, against a convolution of its type.</summary>
    public static Work Flops(double flops, ScalarType type = ScalarType.Float32) => new(flops, Roofline.ConvolutionOf(type));

    /// <summary>
    /// Bytes that pass through the processor some times, each time read or written once, against a copy of as many, which is two passes.
    /// </summary>
    public static Work Passes(long bytes, int passes) => new(bytes * passes / 2.0, Roofline.Copy(bytes));

    /// <summary>The fraction of the roofline that a time is.</summary>
    public double Fraction(double seconds) => Amount / seconds / Against.PerSecond;
}
