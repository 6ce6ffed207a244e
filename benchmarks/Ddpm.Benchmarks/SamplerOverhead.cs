using BenchmarkDotNet.Attributes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// What samplers do beside the network: each runs on a model that gives back one and the same tensor, against as many calls of the network.
/// </summary>
[MemoryDiagnoser]
public class SamplerOverhead : IDisposable
{
    private const int Steps = 20;

    private UNet network = null!;
    private SameModel same = null!;
    private Tensor x = null!;
    private Tensor t = null!;
    private SamplingRequest request = null!;

    /// <summary>The network and the batch.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    public static IEnumerable<string> Cases => Effort.Of<string[]>(["CIFAR-10, 4", "Quickstart, 1", "Quickstart, 64"], ["Quickstart, 2"]);

    [GlobalSetup]
    public void Setup()
    {
        NetworkCase measured = NetworkCase.Of(Case);
        network = measured.Network();
        x = randn(measured.Shape);
        t = full(measured.Batch, 10L, int64);
        same = new SameModel(randn(measured.Shape));
        request = Samplers.Request(measured.Options, measured.Batch);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        x.Dispose();
        t.Dispose();
        same.Dispose();
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
    public void DdpmAlone() => Samplers.Of("ddpm", same, Steps).Sample(request).Dispose();

    [Benchmark]
    public void DdimAlone() => Samplers.Of("ddim", same, Steps).Sample(request).Dispose();

    [Benchmark]
    public void DpmSolverAlone() => Samplers.Of("dpm-solver++", same, Steps).Sample(request).Dispose();

    [Benchmark]
    public void PndmAlone() => Samplers.Of("ipndm", same, Steps).Sample(request).Dispose();
}
