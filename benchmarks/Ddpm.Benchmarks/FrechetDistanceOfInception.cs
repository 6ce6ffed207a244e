using BenchmarkDotNet.Attributes;

namespace Ddpm.Benchmarks;

/// <summary>
/// The same at Inception's 2,048 features, against the part of it that is statistics. Math.NET's eigenvalues take many minutes there: one call of it is timed where DDPM_LONG_BENCHMARKS is 1.
/// </summary>
[MemoryDiagnoser]
public class FrechetDistanceOfInception : IDisposable
{
    private FrechetCase sets = null!;

    [GlobalSetup]
    public void Setup()
    {
        sets = new FrechetCase(2048);
        sets.Show("Ddpm", sets.Ours);
        if (Environment.GetEnvironmentVariable("DDPM_LONG_BENCHMARKS") == "1") sets.Show("Math.NET", sets.MathNet);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        sets.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Ours() => sets.Ours();

    [Benchmark(Baseline = true)]
    public void StatisticsAlone() => sets.StatisticsAlone();
}
