using BenchmarkDotNet.Attributes;
using Ddpm.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Benchmarks;

/// <summary>Group normalisation with SiLU: libtorch's two operations on its usual layout and channels last, against the fused kernel.</summary>
public class Kernels : IDisposable
{
    private const int Repeats = 50;

    private Tensor x = null!;
    private Tensor channelsLast = null!;
    private Tensor weight = null!;
    private Tensor bias = null!;
    private FusedNorm fused = null!;

    /// <summary>The shape, B×C×H×W.</summary>
    [Params("8×128×32×32", "8×256×16×16", "16×32×16×16", "1×64×8×8")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        long[] shape = [.. Shape.Split('×').Select(size => long.Parse(size, System.Globalization.CultureInfo.InvariantCulture))];
        x = randn(shape);
        channelsLast = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        weight = randn(shape[1]);
        bias = randn(shape[1]);
        fused = new FusedNorm(weight, bias, 32, 1e-6, silu: true);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        x.Dispose();
        channelsLast.Dispose();
        weight.Dispose();
        bias.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    public void Stock() => RunStock(x);

    [Benchmark(OperationsPerInvoke = Repeats)]
    public void StockChannelsLast() => RunStock(channelsLast);

    [Benchmark(OperationsPerInvoke = Repeats)]
    public void Fused()
    {
        for (int i = 0; i < Repeats; i++) fused.Apply(channelsLast).Dispose();
    }

    private void RunStock(Tensor input)
    {
        for (int i = 0; i < Repeats; i++)
        {
            using Tensor normal = F.group_norm(input, 32, weight, bias, 1e-6);
            F.silu(normal).Dispose();
        }
    }
}
