using BenchmarkDotNet.Attributes;
using Ddpm.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// The Fréchet distance of two sets of 10,000 samples, from features to the number: this library's, in batches of 250, against what one writes with Math.NET: covariances as matrix products, and the
/// eigenvalues of their product. Peak memory beyond the features is measured once and printed.
/// </summary>
[MemoryDiagnoser]
public class FrechetDistanceCost : IDisposable
{
    private const int Samples = 10_000, Batch = 250;

    private Tensor first = null!;
    private Tensor second = null!;

    /// <summary>The number of features; Inception has 2,048.</summary>
    [Params(256, 2048)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using var generator = new Generator(1);
        // Correlated features, as those of networks are.
        using Tensor mixing = randn([Features, Features], generator: generator) / Math.Sqrt(Features), a = randn([Samples, Features], generator: generator), b = randn([Samples, Features], generator: generator);
        first = a.mm(mixing).relu();
        second = (b.mm(mixing) * 1.1).relu();
        foreach ((string name, Func<double> run) in new (string, Func<double>)[] { (nameof(Ddpm), Ddpm), (nameof(MathNetProduct), MathNetProduct) })
        {
            if (name == nameof(MathNetProduct) && Features > 256) continue;
            long? peak = PeakMemory.Of(() => run());
            Console.WriteLine($"// {name}, {Features} features: distance {run():F6}, peak memory beyond the features {(peak is { } bytes ? $"{bytes / 1048576.0:F0} MiB" : "unknown")}");
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Ddpm()
    {
        using FeatureStatistics a = Statistics(first), b = Statistics(second);
        return FrechetDistance.Compute(a, b);
    }

    [Benchmark]
    public double StatisticsAlone()
    {
        using FeatureStatistics a = Statistics(first), b = Statistics(second);
        return a.Mean.size(0) + b.Mean.size(0);
    }

    /// <summary>What one writes with Math.NET; at 2,048 features its eigenvalues take minutes, and it is not run.</summary>
    [Benchmark(Baseline = true)]
    public double MathNetProduct()
    {
        if (Features > 256) return double.NaN;
        (Vector<double> meanA, Matrix<double> covarianceA) = Moments(first);
        (Vector<double> meanB, Matrix<double> covarianceB) = Moments(second);
        double root = covarianceA.Multiply(covarianceB).Evd().EigenValues.Sum(value => System.Numerics.Complex.Sqrt(value).Real);
        return (meanA - meanB).DotProduct(meanA - meanB) + covarianceA.Trace() + covarianceB.Trace() - 2 * root;
    }

    private FeatureStatistics Statistics(Tensor features)
    {
        using var sums = new FeatureAccumulator(Features);
        for (int done = 0; done < Samples; done += Batch)
        {
            using Tensor batch = features.narrow(0, done, Batch);
            sums.Add(batch);
        }

        return sums.Statistics();
    }

    private (Vector<double> Mean, Matrix<double> Covariance) Moments(Tensor features)
    {
        using Tensor doubles = features.to(float64);
        Matrix<double> samples = Matrix<double>.Build.Dense(Features, Samples, doubles.data<double>().ToArray()).Transpose();
        Vector<double> mean = samples.ColumnSums() / Samples;
        Matrix<double> centred = samples - Matrix<double>.Build.Dense(Samples, Features, (_, column) => mean[column]);
        return (mean, centred.TransposeThisAndMultiply(centred) / (Samples - 1));
    }
}
