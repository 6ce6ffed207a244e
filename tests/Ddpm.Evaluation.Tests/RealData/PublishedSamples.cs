using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.RealData;

/// <summary>Pictures of the model that comes with the web sample, ten of each class, drawn once for all tests of them.</summary>
public sealed class PublishedSamples : IDisposable
{
    /// <summary>The number of pictures.</summary>
    public const int Count = 100;

    private const int Steps = 10;
    private Tensor? images;

    /// <summary>The class of each picture.</summary>
    public long[] Labels { get; } = [.. Enumerable.Range(0, Count).Select(k => k % 10L)];

    /// <summary>The pictures, uint8 [Count, 1, 28, 28]; drawn when first asked for, since without Fashion-MNIST no test asks.</summary>
    public Tensor Images => images ??= Draw();

    public void Dispose() => images?.Dispose();

    /// <summary>The model, ready to predict.</summary>
    public static TrainedModel LoadModel()
    {
        TrainedModel model = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "models", "fashion-mnist"));
        model.Network.eval();
        return model;
    }

    /// <summary>The process of the model in a few of its steps.</summary>
    public static ReverseDiffusion Respaced(ReverseDiffusion process, int steps) =>
        new(new RespacedSchedule(process.Coefficients.Schedule, TimestepSpacing.Trailing(process.Coefficients.Timesteps, steps)),
            process.Options);

    private Tensor Draw()
    {
        using TrainedModel model = LoadModel();
        using CompiledModel compiled = CompiledModel.Of(model.Network);
        var request = new SamplingRequest
        {
            Count = Count,
            BatchSize = Count / 2,
            SampleShape = [1, 28, 28],
            Labels = Labels,
            Noise = new PerSampleNoise(1),
        };
        using var scope = NewDisposeScope();
        Tensor[] batches = [.. DatasetBatches.Images(new DdpmSampler(compiled.Model, Respaced(model.Process, Steps)).Batches(request))];
        return cat(batches).DetachFromDisposeScope();
    }
}
