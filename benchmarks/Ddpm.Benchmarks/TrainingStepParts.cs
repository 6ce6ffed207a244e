using BenchmarkDotNet.Attributes;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Where the time of a training step goes: the whole step, and each of its parts alone on the same network. "Plain" is the same update tensor after tensor, as TorchSharp's own optimisers do it.
/// </summary>
[MemoryDiagnoser]
public class TrainingStepParts : IDisposable
{
    private UNet network = null!;
    private Trainer trainer = null!;
    private Trainer coarse = null!;
    private ShuffledBatches batches = null!;
    private ImageDataset data = null!;
    private TrainingBatch batch = null!;
    private SimpleObjective objective = null!;
    private Tensor eps = null!;
    private long[] t = null!;
    private Parameter[] parameters = null!;
    private Tensor[] gradients = null!;
    private AdamOptimizer fused = null!;
    private AdamOptimizer plain = null!;
    private ExponentialMovingAverage average = null!;
    private long next;

    /// <summary>The network and the batch.</summary>
    [Params("CIFAR-10, 8", "Quickstart, 128")]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        bool cifar = Case.StartsWith("CIFAR", StringComparison.Ordinal);
        int size = int.Parse(Case.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        network = new UNet(cifar ? UNetOptions.Cifar10 : new UNetOptions { Height = 8, Width = 8, InChannels = 1, OutChannels = 1, BaseChannels = 32, ChannelMultipliers = [1, 2], BlocksPerLevel = 1, AttentionResolutions = [], NormGroups = 8, Dropout = 0 });
        using Tensor pixels = randint(256, cifar ? [1000, 3, 32, 32] : [1000, 1, 8, 8], uint8);
        data = new ImageDataset(pixels);
        batches = new ShuffledBatches(data, size, 1, flip: cifar);
        objective = new SimpleObjective(new ReverseDiffusion(new LinearSchedule()));
        trainer = Trainer.Create(network, objective);
        coarse = Trainer.Create(network, objective, new TrainingOptions { ComputeType = ScalarType.BFloat16 });
        batch = batches.Batch(0);
        eps = randn_like(batch.X0);
        t = [.. Enumerable.Range(0, size).Select(i => 37L * i % 1000)];
        trainer.Step([batch]);
        parameters = [.. network.parameters()];
        gradients = [.. parameters.Select(parameter => parameter.grad!)];
        fused = new FusedAdam(parameters, TrainingOptions.Default);
        plain = new PlainAdam(parameters, TrainingOptions.Default);
        average = new ExponentialMovingAverage(network);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        fused.Dispose();
        plain.Dispose();
        average.Dispose();
        trainer.Dispose();
        coarse.Dispose();
        eps.Dispose();
        batch.Dispose();
        data.Dispose();
        network.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public double WholeStep()
    {
        using TrainingBatch read = batches.Batch(next++);
        return trainer.Step([read]).Loss;
    }

    [Benchmark]
    public double WholeStepBFloat16()
    {
        using TrainingBatch read = batches.Batch(next++);
        return coarse.Step([read]).Loss;
    }

    [Benchmark]
    public void Data() => batches.Batch(next++).Dispose();

    [Benchmark]
    public void Forward() => objective.Loss(network, batch.X0, t, eps).Dispose();

    [Benchmark]
    public void ForwardAndBackward()
    {
        using Tensor each = objective.Loss(network, batch.X0, t, eps);
        using Tensor loss = each.mean();
        loss.backward();
    }

    [Benchmark]
    public double GradientNorm() => fused.Norm(gradients);

    [Benchmark]
    public void Optimizer() => fused.Step(gradients, 1.5, 1e-6);

    [Benchmark]
    public void MovingAverage() => average.Update(fused: true);

    [Benchmark]
    public double PlainGradientNorm() => plain.Norm(gradients);

    [Benchmark]
    public void PlainOptimizer() => plain.Step(gradients, 1.5, 1e-6);

    [Benchmark]
    public void PlainMovingAverage() => average.Update(fused: false);
}
