using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// A training step as one writes it with TorchSharp, update tensor after tensor, against the trainer's in float32 and in bfloat16; and each
/// of the parts alone on the same network, in both forms where there are two.
/// </summary>
[Config(typeof(Columns))]
[MemoryDiagnoser]
public class TrainingStep : IDisposable
{
    private NetworkCase measured = null!;
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
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    public static IEnumerable<string> Cases => Effort.Of<string[]>(["CIFAR-10, 8", "small, 16", "Quickstart, 128"], ["Quickstart, 2"]);

    [GlobalSetup]
    public void Setup()
    {
        measured = NetworkCase.Of(Case);
        network = measured.Network();
        using Tensor pixels = randint(256, [1000, .. measured.Shape[1..]], uint8);
        data = new ImageDataset(pixels);
        batches = new ShuffledBatches(data, measured.Batch, 1, flip: true);
        objective = new SimpleObjective(new ReverseDiffusion(new LinearSchedule()));
        trainer = Trainer.Create(network, objective);
        coarse = Trainer.Create(network, objective, new TrainingOptions { ComputeType = ScalarType.BFloat16 });
        batch = batches.Batch(0);
        eps = randn_like(batch.X0);
        t = [.. Enumerable.Range(0, measured.Batch).Select(i => 37L * i % 1000)];
        trainer.Step([batch]);
        parameters = [.. network.parameters()];
        gradients = [.. parameters.Select(parameter => parameter.grad!)];
        fused = new FusedAdam(parameters, TrainingOptions.Default.Adam);
        plain = new PlainAdam(parameters, TrainingOptions.Default.Adam);
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
    public void Plain()
    {
        using TrainingBatch read = batches.Batch(next++);
        using Tensor noise = randn_like(read.X0);
        foreach (Tensor gradient in gradients) gradient.zero_();
        Backward(read.X0, noise);
        double norm = plain.Norm(gradients);
        plain.Step(gradients, Math.Max(1, norm), 1e-6);
        average.Update(fused: false);
    }

    [Benchmark]
    public double WholeStep() => Step(trainer);

    [Benchmark]
    public double WholeStepBFloat16() => Step(coarse);

    [Benchmark]
    public void Data() => batches.Batch(next++).Dispose();

    [Benchmark]
    public void Forward() => objective.Loss(network, batch.X0, t, eps).Dispose();

    [Benchmark]
    public void ForwardAndBackward() => Backward(batch.X0, eps);

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

    private double Step(Trainer way)
    {
        using TrainingBatch read = batches.Batch(next++);
        return way.Step([read]).Loss;
    }

    private void Backward(Tensor x0, Tensor noise)
    {
        using Tensor each = objective.Loss(network, x0, t, noise);
        using Tensor loss = each.mean();
        loss.backward();
    }

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(WorkOf)
        {
        }

        // A backward pass is two products for one of the forward pass. The updates are passes over parameters, gradients and moments.
        private static Work? WorkOf(BenchmarkCase row)
        {
            NetworkCase measured = NetworkCase.Of((string)row.Parameters[nameof(Case)]);
            long bytes = sizeof(float) * UNet.CountParameters(measured.Options);
            return row.Descriptor.WorkloadMethod.Name switch
            {
                nameof(Plain) or nameof(WholeStep) or nameof(ForwardAndBackward) => Work.Flops(3 * measured.Flops),
                nameof(WholeStepBFloat16) => Work.Flops(3 * measured.Flops, ScalarType.BFloat16),
                nameof(Forward) => Work.Flops(measured.Flops),
                nameof(GradientNorm) or nameof(PlainGradientNorm) => Work.Passes(bytes, 1),
                nameof(Optimizer) or nameof(PlainOptimizer) => Work.Passes(bytes, 7),
                nameof(MovingAverage) or nameof(PlainMovingAverage) => Work.Passes(bytes, 3),
                _ => null,
            };
        }
    }
}
