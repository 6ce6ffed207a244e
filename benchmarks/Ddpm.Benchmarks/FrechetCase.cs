using System.Diagnostics;
using Ddpm.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>Two sets of 10,000 features, and their Fréchet distance as this library and as one writes it with Math.NET.</summary>
internal sealed class FrechetCase : IDisposable
{
    private const int Samples = 10_000, Batch = 250;

    private readonly int features;
    private readonly Tensor first;
    private readonly Tensor second;

    public FrechetCase(int features)
    {
        this.features = features;
        using var generator = new Generator(1);
        // Correlated and not negative, as those of networks are.
        using Tensor mixing = randn([features, features], generator: generator) / Math.Sqrt(features), a = randn([Samples, features], generator: generator), b = randn([Samples, features], generator: generator);
        first = a.mm(mixing).relu();
        second = (b.mm(mixing) * 1.1).relu();
    }

    /// <summary>This library, from features in batches of 250 to the number.</summary>
    public double Ours()
    {
        using FeatureStatistics a = Statistics(first), b = Statistics(second);
        return FrechetDistance.Compute(a, b);
    }

    /// <summary>The part of it that is statistics.</summary>
    public void StatisticsAlone()
    {
        Statistics(first).Dispose();
        Statistics(second).Dispose();
    }

    /// <summary>Covariances as products of matrices, and the eigenvalues of their product.</summary>
    public double MathNet()
    {
        (Vector<double> meanA, Matrix<double> covarianceA) = Moments(first);
        (Vector<double> meanB, Matrix<double> covarianceB) = Moments(second);
        double root = covarianceA.Multiply(covarianceB).Evd().EigenValues.Sum(value => System.Numerics.Complex.Sqrt(value).Real);
        return (meanA - meanB).DotProduct(meanA - meanB) + covarianceA.Trace() + covarianceB.Trace() - 2 * root;
    }

    /// <summary>Prints the distance, the time of one call and the peak of memory during it.</summary>
    public void Show(string name, Func<double> compute)
    {
        double distance = 0;
        var clock = Stopwatch.StartNew();
        long? peak = PeakMemory.Of(() => distance = compute());
        Console.WriteLine(FormattableString.Invariant($"// {name}, {features} features: distance {distance:F6}, one call {clock.Elapsed.TotalSeconds:F1} s, peak memory beyond the features {(peak is { } bytes ? $"{bytes / 1048576} MiB" : "unknown")}"));
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    private FeatureStatistics Statistics(Tensor set)
    {
        using var sums = new FeatureAccumulator(features);
        for (int done = 0; done < Samples; done += Batch)
        {
            using Tensor batch = set.narrow(0, done, Batch);
            sums.Add(batch);
        }

        return sums.Statistics();
    }

    private (Vector<double> Mean, Matrix<double> Covariance) Moments(Tensor set)
    {
        using Tensor doubles = set.to(float64);
        Matrix<double> samples = Matrix<double>.Build.Dense(features, Samples, doubles.data<double>().ToArray()).Transpose();
        Vector<double> mean = samples.ColumnSums() / Samples;
        Matrix<double> centred = samples - Matrix<double>.Build.Dense(Samples, features, (_, column) => mean[column]);
        return (mean, centred.TransposeThisAndMultiply(centred) / (Samples - 1));
    }
}
