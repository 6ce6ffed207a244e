using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>A network that a user describes once trains, compiles and keeps its names.</summary>
public sealed class OwnDescriptionTests
{
    private static readonly ResidualStack Description = new(channels: 1, width: 12, blocks: 3);

    [Fact]
    public void StateDict_DescribedNetwork_HasTheDescriptionsNames()
    {
        using var network = new DescribedNetwork(Description, seed: 1);
        network.state_dict().Keys.Should().StartWith(
            ["time.weight", "time.bias", "classes.weight", "in.weight", "in.bias", "blocks.0.time.weight"])
            .And.EndWith(["out.weight", "out.bias"]);
        network.state_dict()["in.weight"].shape.Should().Equal(12, 1, 5, 5);
        network.ClassCount.Should().Be(2);
    }

    [Fact]
    public void Predict_Compiled_IsTheNetworksAnswer()
    {
        using var network = new DescribedNetwork(Description, seed: 1);
        network.eval();
        using Tensor x = randn([3, 1, 9, 6], generator: new Generator(2)), t = tensor(new[] { 0L, 20, 49 }),
            labels = tensor(new[] { 0L, 1, -1 });
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        compiled.Model.Should().NotBeSameAs(network);
        using Tensor expected = network.Predict(x, t, labels), actual = ((IConditionalEpsilonModel)compiled.Model).Predict(x, t, labels);
        expected.std().item<float>().Should().BeGreaterThan(0.1f);
        using Tensor difference = (actual - expected).abs().max();
        difference.item<float>().Should().BeLessThan(1e-5f * Math.Max(1, expected.abs().max().item<float>()));
    }

    [Fact]
    public void Train_OneBrightSquare_IsLearnedAndDrawn()
    {
        // All pictures are alike: a bright square on black.
        using Tensor pixels = zeros([64, 1, 8, 8], ScalarType.Byte);
        pixels[.., .., 2..6, 2..6] = 255;
        using var data = new ImageDataset(pixels, new long[64]);
        using var network = new DescribedNetwork(new ResidualStack(channels: 1, width: 16, blocks: 2), seed: 3);
        var process = new ReverseDiffusion(new LinearSchedule(40, 1e-3, 0.3));
        using var trainer = Trainer.Create(network, process, new TrainingOptions { LearningRate = 3e-3, WarmupSteps = 10 });
        trainer.Run(new ShuffledBatches(data, 16, seed: 1), 150);

        network.eval();
        var request = new SamplingRequest { Count = 4, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(5) };
        using Tensor samples = new DdpmSampler(network, process).Sample(request);
        using Tensor inside = samples[.., .., 2..6, 2..6].mean(), corner = samples[.., .., 0..2, 0..2].mean();
        inside.item<float>().Should().BeGreaterThan(0.5f);
        corner.item<float>().Should().BeLessThan(-0.5f);
    }

    [Fact]
    public void Create_DescriptionThatContradictsItself_IsRefusedByName()
    {
        FluentActions.Invoking(() => new DescribedNetwork(new ResidualStack(channels: 1, width: 10, blocks: 2)))
            .Should().Throw<ArgumentException>().WithMessage("groups must be a divisor of the 10 channels, but is 4*");
        FluentActions.Invoking(() => new DescribedNetwork(new ResidualStack(channels: 0, width: 12, blocks: 2)))
            .Should().Throw<ArgumentException>().WithMessage("INetworkDescription.InChannels must be ≥ 1, but is 0*");
    }
}
