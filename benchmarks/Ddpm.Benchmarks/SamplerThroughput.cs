using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>
/// How many images a second samplers draw with the Quickstart's network, compilation included: layer by layer, compiled, and compiled with
/// weights in bfloat16. <see cref="SamplerOverhead"/> has what samplers do beside it.
/// </summary>
[Config(typeof(Columns))]
[MemoryDiagnoser]
public class SamplerThroughput : IDisposable
{
    private UNet network = null!;
    private SamplingRequest request = null!;

    [ParamsSource(nameof(Samplings))]
    public string Sampler { get; set; } = "";

    [ParamsSource(nameof(StepCounts))]
    public int Steps { get; set; }

    [ParamsSource(nameof(Batches))]
    public int Batch { get; set; }

    public static IEnumerable<string> Samplings => ["ddpm", "ddim", "dpm-solver++"];

    public static IEnumerable<int> StepCounts => Effort.Of<int[]>([20, 100], [2]);

    public static IEnumerable<int> Batches => Effort.Of<int[]>([1, 16, 64], [2]);

    [GlobalSetup]
    public void Setup()
    {
        network = new UNet(NetworkCase.Quickstart, 1);
        network.eval();
        request = Samplers.Request(NetworkCase.Quickstart, Batch);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        network.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => Sample(InferenceOptions.Off);

    [Benchmark]
    public void Compiled() => Sample(InferenceOptions.Default);

    [Benchmark]
    public void CompiledBFloat16() => Sample(InferenceOptions.BFloat16);

    private void Sample(InferenceOptions inference)
    {
        network.Inference = inference;
        Samplers.Of(Sampler, network, Steps).Sample(request).Dispose();
    }

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(WorkOf) =>
                AddColumn(
                    new MeanColumn(
                        "Images/s",
                        "Batch / mean time",
                        (seconds, measured) => Format.Number((int)measured.Parameters[nameof(Batch)] / seconds)));

        // The sampler's own arithmetic is left out: some passes over x_t.
        private static Work? WorkOf(BenchmarkCase measured) =>
            Work.Flops(
                (int)measured.Parameters[nameof(Steps)] * new NetworkCase(
                    NetworkCase.Quickstart,
                    (int)measured.Parameters[nameof(Batch)],
                    1).Flops);
    }
}
