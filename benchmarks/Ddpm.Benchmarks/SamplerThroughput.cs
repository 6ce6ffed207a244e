using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// How many image steps a second samplers make with the Quickstart's network, by batch size, with the network by itself, compiled, and compiled in bfloat16, and what of it is the network:
/// <see cref="NetworkAlone"/> calls it as often on inputs of the same shape and nothing else.
/// </summary>
[Config(typeof(Columns))]
[MemoryDiagnoser]
public class SamplerThroughput : IDisposable
{
    /// <summary>The steps of one measured run; a whole run of the paper has 1,000, each like any other.</summary>
    public const int Steps = 100;

    private UNet network = null!;
    private ReverseDiffusion process = null!;
    private Tensor x = null!;
    private Tensor t = null!;

    [Params(1, 16, 64)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        network = new UNet(NetworkCase.Quickstart);
        network.eval();
        process = new ReverseDiffusion(new LinearSchedule(Steps, 1e-3, 0.2));
        x = randn(Batch, 1, 8, 8);
        t = full(Batch, 10L, int64);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        x.Dispose();
        t.Dispose();
        network.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void NetworkAlone()
    {
        using var noGradient = no_grad();
        for (int step = 0; step < Steps; step++) network.Predict(x, t).Dispose();
    }

    [Benchmark]
    public void Ddpm() => Sample(new DdpmSampler(network, process), InferenceOptions.Off);

    [Benchmark]
    public void DdpmCompiled() => Sample(new DdpmSampler(network, process), InferenceOptions.Default);

    [Benchmark]
    public void DdpmCompiledBFloat16() => Sample(new DdpmSampler(network, process), InferenceOptions.BFloat16);

    [Benchmark]
    public void DdimCompiled() => Sample(new DdimSampler(network, process), InferenceOptions.Default);

    [Benchmark]
    public void DpmSolverCompiled() => Sample(new DpmSolverSampler(network, process), InferenceOptions.Default);

    private void Sample(DiffusionSampler sampler, InferenceOptions inference)
    {
        network.Inference = inference;
        sampler.Sample(new SamplingRequest { Count = Batch, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1), BatchSize = Batch }).Dispose();
    }

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(new ImagesPerSecond());
    }

    /// <summary>Whole 1,000-step images a second at the mean pace.</summary>
    private sealed class ImagesPerSecond : IColumn
    {
        public string Id => nameof(ImagesPerSecond);

        public string ColumnName => "Images/s at T=1000";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "Batch / (mean time of a step · 1000)";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
        {
            double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
            int batch = (int)benchmarkCase.Parameters["Batch"];
            return nanoseconds is { } mean ? (batch / (mean / Steps * 1000 / 1e9)).ToString("F2", System.Globalization.CultureInfo.InvariantCulture) : "-";
        }

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
