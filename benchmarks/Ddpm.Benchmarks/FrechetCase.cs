using System.Diagnostics;
using System.Globalization;
using Ddpm.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>Two sets of 10,000 features, and their Fréchet distance in several ways.</summary>
internal sealed class FrechetCase : IDisposable
{
    private const int Samples = 10_000, Batch = 250;

    private readonly int features;
    private readonly Tensor first;
    private readonly Tensor second;
    private string? shown;

    public FrechetCase(int features)
    {
        this.features = features;
        using var generator = new Generator(1);
        // Correlated and not negative, as those of networks are.
        using Tensor mixing = randn([features, features], generator: generator) / Math.Sqrt(features);
        using Tensor a = randn([Samples, features], generator: generator);
        using Tensor b = randn([Samples, features], generator: generator);
        first = a.mm(mixing).relu();
        second = (b.mm(mixing) * 1.1).relu();
    }

    /// <summary>This library, from features in batches of 250 to the number.</summary>
    public double Ours()
    {
        using FeatureStatistics a = Statistics(first), b = Statistics(second);
        return Evaluation.FrechetDistance.Compute(a, b);
    }

    /// <summary>The part of it that is means and covariances.</summary>
    public void StatisticsAlone()
    {
        Statistics(first).Dispose();
        Statistics(second).Dispose();
    }

    /// <summary>Covariances as products of matrices, and the eigenvalues of their product.</summary>
    public double TorchSharp()
    {
        using var scope = NewDisposeScope();
        (Tensor meanA, Tensor covarianceA) = TensorMoments(first);
        (Tensor meanB, Tensor covarianceB) = TensorMoments(second);
        Tensor root = linalg.eigvals(covarianceA.mm(covarianceB)).sqrt().real.sum();
        return ((meanA - meanB).square().sum() + covarianceA.trace() + covarianceB.trace() - 2 * root).item<double>();
    }

    /// <summary>The same with Math.NET.</summary>
    public double MathNet()
    {
        (Vector<double> meanA, Matrix<double> covarianceA) = Moments(first);
        (Vector<double> meanB, Matrix<double> covarianceB) = Moments(second);
        double root = covarianceA.Multiply(covarianceB).Evd().EigenValues.Sum(value => System.Numerics.Complex.Sqrt(value).Real);
        return (meanA - meanB).DotProduct(meanA - meanB) + covarianceA.Trace() + covarianceB.Trace() - 2 * root;
    }

    /// <summary>
    /// Operations of the products of matrices: two covariances, and in ours three products of their size. Decompositions, which libraries
    /// do in different ways, are left out.
    /// </summary>
    public static double Flops(double features, bool statisticsAlone) =>
        4 * Samples * features * features + (statisticsAlone ? 0 : 6 * Math.Pow(features, 3));

    /// <summary>Computes in a way; at the first time prints the distance, the time of the call and the peak of memory during it.</summary>
    public double Compute(string name, Func<FrechetCase, double> way)
    {
        if (shown == name) return way(this);
        shown = name;
        double distance = 0;
        var clock = Stopwatch.StartNew();
        long? peak = ResidentMemory.PeakOf(() => distance = way(this));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"// {name}, {features} features: distance {distance:F6}, one call {clock.Elapsed.TotalSeconds:F1} s, peak memory beyond "
                    + $"the features {(peak is { } bytes ? $"{bytes / 1048576} MiB" : "unknown")}"));
        return distance;
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

    private static (Tensor Mean, Tensor Covariance) TensorMoments(Tensor set)
    {
        Tensor doubles = set.to(float64), mean = doubles.mean([0]), centred = doubles - mean;
        return (mean, centred.t().mm(centred) / (Samples - 1));
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
