using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace Ddpm.Benchmarks;

/// <summary>
/// The Fréchet distance of 10,000 against 10,000 samples, from features to the number: as one writes it with TorchSharp's operations, as
/// with Math.NET, and this library's. All print the number, which is the same, and the peak of memory. Math.NET's eigenvalues take many
/// minutes at Inception's 2,048 features and are left out there.
/// </summary>
[Config(typeof(Columns))]
[MemoryDiagnoser]
public class FrechetDistance : IDisposable
{
    private FrechetCase? sets;

    public static IEnumerable<int> AllFeatures => Effort.Of<int[]>([64, 256, 2048], [16]);

    public static IEnumerable<int> FewFeatures => AllFeatures.Where(features => features <= 256);

    [GlobalCleanup]
    public void Dispose()
    {
        sets?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    [ArgumentsSource(nameof(AllFeatures))]
    public double TorchSharp(int features) => Sets(features).Compute("TorchSharp", set => set.TorchSharp());

    [Benchmark]
    [ArgumentsSource(nameof(FewFeatures))]
    public double MathNet(int features) => Sets(features).Compute("Math.NET", set => set.MathNet());

    [Benchmark]
    [ArgumentsSource(nameof(AllFeatures))]
    public double Ours(int features) => Sets(features).Compute("Ddpm", set => set.Ours());

    /// <summary>The part of ours that is means and covariances.</summary>
    [Benchmark]
    [ArgumentsSource(nameof(AllFeatures))]
    public void OursStatistics(int features) => Sets(features).StatisticsAlone();

    // Made at the first call, which is not measured.
    private FrechetCase Sets(int features) => sets ??= new FrechetCase(features);

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(WorkOf)
        {
        }

        private static Work? WorkOf(BenchmarkCase measured)
        {
            double features = (int)measured.Parameters["features"];
            return new Work(
                FrechetCase.Flops(features, statisticsAlone: measured.Descriptor.WorkloadMethod.Name == nameof(OursStatistics)),
                Roofline.ProductDouble);
        }
    }
}
