using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// The layers that plans compute in their own way, each against what libtorch does: group normalisation with SiLU, a 3×3 convolution,
/// doubling with a 3×3 convolution.
/// Operations are those of the convolution as it is written, for doubling of the large image: Winograd needs 9 or 16 of 36, and 9
/// where pixels are repeated.
/// </summary>
[Config(typeof(Columns))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory, BenchmarkLogicalGroupRule.ByParams)]
[CategoriesColumn]
public class Kernels : IDisposable
{
    private const string Norm = "norm + SiLU", Convolution = "3×3", Upsampling = "up-sampling";
    private const int Repeats = 20;

    private StockLayerCase stock = null!;
    private StockLayerCase stockChannelsLast = null!;
    private PlanLayerCase planned = null!;
    private PlanLayerCase coarse = null!;

    /// <summary>The shape of what goes in, B×C×H×W; as many channels come out.</summary>
    [ParamsSource(nameof(Shapes))]
    public string Shape { get; set; } = "";

    public static IEnumerable<string> Shapes =>
        Effort.Of<string[]>(["8×128×32×32", "8×256×16×16", "16×32×16×16", "1×64×8×8"], ["2×32×8×8"]);

    [GlobalSetup]
    public void Setup()
    {
        long[] shape = Sizes(Shape);
        stock = StockLayerCase.Create(shape, channelsLast: false);
        stockChannelsLast = StockLayerCase.Create(shape, channelsLast: true);
        planned = new PlanLayerCase(shape, WeightPrecision.Full);
        coarse = new PlanLayerCase(shape, WeightPrecision.BFloat16);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (IDisposable layers in (IDisposable[])[stock, stockChannelsLast, planned, coarse]) layers.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Norm)]
    public void NormStock() => Repeat(stock.Norm);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Norm)]
    public void NormStockChannelsLast() => Repeat(stockChannelsLast.Norm);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Norm)]
    public void NormPlanned() => Repeat(planned.Norm);

    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Convolution)]
    public void ConvolutionStock() => Repeat(stock.Convolution);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Convolution)]
    public void ConvolutionStockChannelsLast() => Repeat(stockChannelsLast.Convolution);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Convolution)]
    public void ConvolutionPlanned() => Repeat(planned.Convolution);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Convolution)]
    public void ConvolutionPlannedBFloat16() => Repeat(coarse.Convolution);

    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Upsampling)]
    public void UpsampleStock() => Repeat(stock.Upsample);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Upsampling)]
    public void UpsamplePlanned() => Repeat(planned.Upsample);

    [Benchmark(OperationsPerInvoke = Repeats)]
    [BenchmarkCategory(Upsampling)]
    public void UpsamplePlannedBFloat16() => Repeat(coarse.Upsample);

    private static long[] Sizes(string shape) => [.. shape.Split('×').Select(size => long.Parse(size, CultureInfo.InvariantCulture))];

    private static void Repeat(Func<Tensor> layer)
    {
        using var noGradient = no_grad();
        for (int i = 0; i < Repeats; i++) layer().Dispose();
    }

    private static void Repeat(Action layer)
    {
        for (int i = 0; i < Repeats; i++) layer();
    }

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(WorkOf)
        {
        }

        private static Work? WorkOf(BenchmarkCase measured)
        {
            long[] shape = Sizes((string)measured.Parameters[nameof(Shape)]);
            double numbers = shape.Aggregate(1.0, (product, size) => product * size), convolution = 2 * numbers * 9 * shape[1];
            string name = measured.Descriptor.WorkloadMethod.Name;
            if (name.StartsWith("Norm", StringComparison.Ordinal))
            {
                return Work.Passes((long)numbers * sizeof(float), 2);
            }

            return Work.Flops(name.StartsWith("Upsample", StringComparison.Ordinal) ? 4 * convolution : convolution);
        }
    }
}
