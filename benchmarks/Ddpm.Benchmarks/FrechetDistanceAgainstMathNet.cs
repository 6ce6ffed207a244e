using BenchmarkDotNet.Attributes;

namespace Ddpm.Benchmarks;

/// <summary>The Fréchet distance of 10,000 against 10,000 samples, beside what one writes with Math.NET. Both give the same number, which is printed with the peak of memory.</summary>
[MemoryDiagnoser]
public class FrechetDistanceAgainstMathNet : IDisposable
{
    private FrechetCase sets = null!;

    [Params(64, 256)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        sets = new FrechetCase(Features);
        sets.Show("Ddpm", sets.Ours);
        sets.Show("Math.NET", sets.MathNet);
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
    public double MathNet() => sets.MathNet();
}
