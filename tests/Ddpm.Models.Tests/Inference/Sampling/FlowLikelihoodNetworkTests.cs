using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>The likelihood of networks by probes, against their full Jacobian.</summary>
public sealed class FlowLikelihoodNetworkTests
{
    [Theory]
    [InlineData("mlp")]
    [InlineData("unet")]
    public void LogDensity_Hutchinson_IsWithinItsErrorOfTheJacobian(string kind)
    {
        using var scope = NewDisposeScope();
        using DescribedNetwork network = kind == "mlp"
            ? new Mlp(new MlpOptions { Dimensions = 6, Width = 16, Blocks = 1, TimeChannels = 8 }, seed: 3)
            : new UNet(new UNetOptions
            {
                Height = 4,
                Width = 4,
                InChannels = 1,
                OutChannels = 1,
                BaseChannels = 8,
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [2],
                NormGroups = 4,
                Dropout = 0,
            });
        SamplingTwins.Loud(network);
        ReverseDiffusion process = new ReverseDiffusion(new LinearSchedule()).Respace(TimestepSpacing.Linspace(1000, 4));
        long[] shape = kind == "mlp" ? [4, 6] : [4, 1, 4, 4];
        using var generator = new Generator(5);
        Tensor x = randn(shape, float32, generator: generator) * 0.5;
        const int Probes = 30;

        Tensor exact = new FlowLikelihood(network, process, Divergence.Exact).LogDensity(x, new PerSampleNoise(1))[0];
        Tensor estimates = new FlowLikelihood(network, process, Divergence.Hutchinson(Probes)).LogDensity(x, new PerSampleNoise(1));

        // Four standardised errors of mean 0: a right estimate passes this bound but once in 1,000 seeds.
        Tensor error = estimates.std(0, unbiased: true) / Math.Sqrt(Probes);
        ((estimates.mean([0]) - exact) / error).abs().max().item<double>().Should().BeLessThan(4);
        error.min().item<double>().Should().BeGreaterThan(1e-6);
        using CompiledModel compiled = CompiledModel.Of(network);
        FluentActions.Invoking(() => new FlowLikelihood(compiled.Model, process).LogDensity(x, new PerSampleNoise(1)))
            .Should().Throw<InvalidOperationException>().WithMessage("Gradients must pass from the output of CompiledNetwork to x_t*");
    }
}
