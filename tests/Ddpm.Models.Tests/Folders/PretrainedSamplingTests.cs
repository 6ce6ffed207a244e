using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

/// <summary>A folder of diffusers sampled end to end.</summary>
public sealed class PretrainedSamplingTests
{
    [Theory]
    [InlineData("ddpm")]
    [InlineData("ddim")]
    [InlineData("dpm-solver")]
    [InlineData("ipndm")]
    public void Sample_SmallPipeline_IsTheSameAtEveryBatchSize(string name)
    {
        using TrainedModel model = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline"));
        ReverseDiffusion process = new(new RespacedSchedule(model.Process.Coefficients.Schedule, TimestepSpacing.Leading(1000, 10)),
            model.Process.Options);
        DiffusionSampler sampler = name switch
        {
            "ddpm" => new DdpmSampler(model.Network, process),
            "ddim" => new DdimSampler(model.Network, process),
            "dpm-solver" => new DpmSolverSampler(model.Network, process),
            _ => new PndmSampler(model.Network, process),
        };
        Tensor At(int batch) =>
            sampler.Sample(new SamplingRequest { Count = 6, SampleShape = [1, 16, 16], Noise = new PerSampleNoise(4), BatchSize = batch });
        using Tensor whole = At(6), split = At(4), single = At(1);

        whole.isfinite().all().item<bool>().Should().BeTrue();
        // float32 rounding of 10 steps of a network with weights at random.
        whole.sub(split).abs().max().item<float>().Should().BeLessThan(1e-3f);
        whole.sub(single).abs().max().item<float>().Should().BeLessThan(1e-3f);
        // The deterministic first-order samplers end with x̂_0, which is clipped.
        if (name is "ddpm" or "ddim" or "dpm-solver") whole.abs().max().item<float>().Should().BeLessThanOrEqualTo(1.0001f);
    }
}
