using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Ddpm.Core;
using Ddpm.Models;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>A prediction: layer by layer, compiled, compiled with weights in bfloat16, and by ONNX Runtime.</summary>
[Config(typeof(Columns))]
[MemoryDiagnoser]
public class UNetForward : IDisposable
{
    private NetworkCase measured = null!;
    private UNet network = null!;
    private CompiledModel compiled = null!;
    private CompiledModel coarse = null!;
    private RuntimeNetwork runtime = null!;
    private Tensor x = null!;
    private Tensor t = null!;

    /// <summary>The network and the batch.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    public static IEnumerable<string> Cases => Effort.Of(NetworkCase.Names, ["small, 2"]);

    [GlobalSetup]
    public void Setup()
    {
        measured = NetworkCase.Of(Case);
        network = measured.Network();
        compiled = network.Compile(NullLogger.Instance);
        network.Inference = InferenceOptions.BFloat16;
        coarse = network.Compile(NullLogger.Instance);
        runtime = new RuntimeNetwork(network);
        x = randn(measured.Shape);
        t = full(measured.Batch, 500L, int64);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        compiled.Dispose();
        coarse.Dispose();
        runtime.Dispose();
        network.Dispose();
        x.Dispose();
        t.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => Repeat(network);

    [Benchmark]
    public void Compiled() => Repeat(compiled.Model);

    [Benchmark]
    public void CompiledBFloat16() => Repeat(coarse.Model);

    [Benchmark]
    public void OnnxRuntime() => Repeat(runtime.Model);

    private void Repeat(IEpsilonModel model)
    {
        using var noGradient = no_grad();
        for (int i = 0; i < measured.Repeats; i++) model.Predict(x, t).Dispose();
    }

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(measured => Work.Flops(CaseOf(measured).Repeats * CaseOf(measured).Flops)) =>
            AddColumn(
                new MeanColumn(
                    "ms/image",
                    "Mean time of a prediction / batch",
                    (seconds, measured) => Format.Milliseconds(seconds / CaseOf(measured).Repeats / CaseOf(measured).Batch, 3)));

        private static NetworkCase CaseOf(BenchmarkCase measured) => NetworkCase.Of((string)measured.Parameters[nameof(Case)]);
    }
}
