using BenchmarkDotNet.Attributes;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>The Fréchet distance of 2,048 features, as FID has them, against one decomposition of a matrix of that size, of which it needs some.</summary>
public class FrechetDistances : IDisposable
{
    private FeatureStatistics first = null!;
    private FeatureStatistics second = null!;
    private Tensor covariance = null!;

    /// <summary>The number of features.</summary>
    [Params(256, 2048)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using Tensor a = randn(2 * Features, Features), b = randn(2 * Features, Features) * 1.1 + 0.1;
        first = FeatureStatistics.Of(a);
        second = FeatureStatistics.Of(b);
        covariance = cov(a.to(float64).t());
    }

    [GlobalCleanup]
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        covariance.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void OneDecomposition() => linalg.eigvalsh(covariance).Dispose();

    [Benchmark]
    public double Distance() => FrechetDistance.Compute(first, second);
}
