using BenchmarkDotNet.Attributes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>What samplers do beside the network: each runs on a model that gives back one and the same tensor, against as many calls of the network.</summary>
[MemoryDiagnoser]
public class SamplerOverhead : IDisposable
{
    private const int Steps = 20;

    private UNet network = null!;
    private Same same = null!;
    private Tensor x = null!;
    private Tensor t = null!;
    private SamplingRequest request = null!;
    private ReverseDiffusion process = null!;

    /// <summary>The network and the batch.</summary>
    [Params("CIFAR-10, 4", "Quickstart, 1", "Quickstart, 64")]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        bool cifar = Case.StartsWith("CIFAR", StringComparison.Ordinal);
        int batch = int.Parse(Case.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        network = new UNet(cifar ? UNetOptions.Cifar10 : new UNetOptions { Height = 8, Width = 8, InChannels = 1, OutChannels = 1, BaseChannels = 32, ChannelMultipliers = [1, 2], BlocksPerLevel = 1, AttentionResolutions = [], NormGroups = 8, Dropout = 0 });
        network.eval();
        long[] shape = cifar ? [3, 32, 32] : [1, 8, 8];
        x = randn([batch, .. shape]);
        t = full(batch, 10L, int64);
        same = new Same(randn([batch, .. shape]));
        process = new ReverseDiffusion(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, Steps)));
        request = new SamplingRequest { Count = batch, SampleShape = shape, Noise = new PerSampleNoise(1), BatchSize = batch };
    }

    [GlobalCleanup]
    public void Dispose()
    {
        x.Dispose();
        t.Dispose();
        same.Output.Dispose();
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
    public void DdpmAlone() => new DdpmSampler(same, process).Sample(request).Dispose();

    [Benchmark]
    public void DdimAlone() => new DdimSampler(same, process).Sample(request).Dispose();

    [Benchmark]
    public void DpmSolverAlone() => new DpmSolverSampler(same, process).Sample(request).Dispose();

    [Benchmark]
    public void PndmAlone() => new PndmSampler(same, process).Sample(request).Dispose();

    private sealed class Same(Tensor output) : IEpsilonModel
    {
        public Tensor Output => output;

        public Tensor Predict(Tensor xt, Tensor t) => output.alias();
    }
}
