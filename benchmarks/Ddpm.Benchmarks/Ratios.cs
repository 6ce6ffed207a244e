using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Ratios that hold on a machine whose speed wavers: the ways are taken in turn in one process, and medians compared. <c>--ratios</c>,
/// perhaps with names of cases, in place of BenchmarkDotNet, which measures one way after the other.
/// </summary>
internal static class Ratios
{
    /// <summary>Measures cases and writes a table.</summary>
    /// <param name="names">The cases; all of them where there are none.</param>
    /// <param name="seconds">How long each case is measured, at least five rounds.</param>
    public static void Write(IReadOnlyList<string> names, double seconds)
    {
        Console.WriteLine($"{Processor.Name}, {get_num_threads()} threads, vectors of {32 * VectorWidth.Best} bits");
        Console.WriteLine($"roofline {Roofline.FlopsPerSecond / 1e9:F0} GFLOP/s");
        Console.WriteLine("| case | way | median ms | ms/image | of roofline | against the first |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (string name in names.Count > 0
                ? names
                : [.. NetworkCase.Names, "sampling, 64", "sampling, 1", "training CIFAR-10, 8", "training small, 16"])
        {
            string[] parts = name.Split(", ");
            if (parts[0] == "sampling") Sampling(name, int.Parse(parts[1], CultureInfo.InvariantCulture), seconds);
            else if (parts[0].StartsWith("training ", StringComparison.Ordinal))
            {
                Training(name, NetworkCase.Of(name["training ".Length..]), seconds);
            }
            else Forward(name, NetworkCase.Of(name), seconds);
        }
    }

    private static void Forward(string name, NetworkCase measured, double seconds)
    {
        using UNet network = measured.Network();
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        network.Inference = InferenceOptions.BFloat16;
        using CompiledModel coarse = network.Compile(NullLogger.Instance);
        network.Inference = new InferenceOptions { ComputeType = ScalarType.BFloat16 };
        using CompiledModel sixteen = network.Compile(NullLogger.Instance);
        using Tensor x = randn(measured.Shape), t = full(measured.Batch, 500L, int64);
        using var noGradient = no_grad();
        // Some predictions a turn, as a run makes them: after a turn of libtorch its threads wait awake for a while on the cores that the
        // next one needs.
        Action Way(IEpsilonModel model) => () =>
        {
            for (int repeat = 0; repeat < measured.Repeats; repeat++) model.Predict(x, t).Dispose();
        };
        Measure(
            name,
            measured.Batch * measured.Repeats,
            NetworkCase.FlopsPerImage(measured.Options),
            seconds,
            measured.Repeats,
            ("plain", Way(network)),
            ("compiled", Way(compiled.Model)),
            ("compiled, bf16 weights", Way(coarse.Model)),
            ("computed in bf16", Way(sixteen.Model)));
    }

    // 100 steps of a run of 1,000, each like any other, compilation included.
    private static void Sampling(string name, int batch, double seconds)
    {
        using var network = new UNet(NetworkCase.Quickstart, 1);
        network.eval();
        var sampler = new DdpmSampler(network, new ReverseDiffusion(new LinearSchedule(100, 1e-3, 0.2)));
        var request = new SamplingRequest { Count = batch, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1), BatchSize = batch };
        Action Way(InferenceOptions options) => () =>
        {
            network.Inference = options;
            sampler.Sample(request).Dispose();
        };
        Measure(
            name,
            batch,
            100 * NetworkCase.FlopsPerImage(NetworkCase.Quickstart),
            seconds,
            1,
            ("plain", Way(InferenceOptions.Off)),
            ("compiled", Way(InferenceOptions.Default)),
            ("compiled, bf16", Way(InferenceOptions.BFloat16)));
    }

    private static void Training(string name, NetworkCase measured, double seconds)
    {
        using Tensor pixels = randint(256, [256, .. measured.Shape[1..]], uint8);
        using var data = new ImageDataset(pixels);
        var batches = new ShuffledBatches(data, measured.Batch, 1);
        var process = new ReverseDiffusion(new LinearSchedule());
        using UNet stock = measured.Network(), network = measured.Network(), second = measured.Network();
        stock.TrainingKernels = false;
        using Trainer plain = Trainer.Create(stock, process);
        using Trainer fine = Trainer.Create(network, process);
        using Trainer coarse = Trainer.Create(second, process, new TrainingOptions { ComputeType = ScalarType.BFloat16 });
        long next = 0;
        Action Way(Trainer trainer) => () =>
        {
            using TrainingBatch batch = batches.Batch(next++);
            trainer.Step([batch]);
        };
        double flops = 3 * NetworkCase.FlopsPerImage(measured.Options);
        Measure(name, measured.Batch, flops, seconds, 1, ("libtorch", Way(plain)), ("float32", Way(fine)), ("bf16", Way(coarse)));
    }

    private static void Measure(
        string name,
        int images,
        double flops,
        double seconds,
        int predictions,
        params (string Way, Action Run)[] ways)
    {
        List<double>[] times = [.. ways.Select(_ => new List<double>())];
        long started = 0;
        for (int round = -2; round < 5 || (round < 1000 && Stopwatch.GetElapsedTime(started).TotalSeconds < seconds); round++)
        {
            if (round == 0) started = Stopwatch.GetTimestamp();
            for (int way = 0; way < ways.Length; way++)
            {
                long begin = Stopwatch.GetTimestamp();
                ways[way].Run();
                if (round >= 0) times[way].Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }
        }

        double first = Median(times[0]);
        for (int way = 0; way < ways.Length; way++)
        {
            double median = Median(times[way]);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {ways[way].Way} | {1000 * median / predictions:F2} | {1000 * median / images:F3} | "
                        + $"{images * flops / median / Roofline.FlopsPerSecond:F2} | {first / median:F2}× |"));
        }
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
