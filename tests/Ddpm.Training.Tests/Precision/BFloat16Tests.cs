using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Precision;

public sealed class BFloat16Tests : IDisposable
{
    private static readonly UNetOptions Small = TinyNetwork.Options with { BaseChannels = 16, AttentionResolutions = [4], Dropout = 0.1 };
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-bf16-");
    private readonly ImageDataset data = new(arange(128, dtype: int64).mul(31).remainder(256).to(uint8).reshape(2, 1, 8, 8));

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Step_BFloat16_IsNearFloat32AndLeavesFloat32Parameters(int accumulation)
    {
        using UNet single = new(Small with { Dropout = 0 }, 1), half = new(Small with { Dropout = 0 }, 1);
        using Trainer exact = Make(single, null, accumulation), coarse = Make(half, ScalarType.BFloat16, accumulation);
        var batches = new ShuffledBatches(data, 4, 1);
        var losses = new List<(double Exact, double Coarse)>();
        var norms = new List<(double Exact, double Coarse)>();
        for (int step = 1; step <= 3; step++)
        {
            TrainingProgress a = default, b = default;
            exact.Run(batches, step, new Relay<TrainingProgress>(at => a = at));
            coarse.Run(batches, step, new Relay<TrainingProgress>(at => b = at));
            losses.Add((a.Loss, b.Loss));
            norms.Add((a.GradientNorm, b.GradientNorm));
        }

        losses.Should().OnlyContain(pair => Math.Abs(pair.Exact - pair.Coarse) < 0.02 * pair.Exact);
        norms.Should().OnlyContain(pair => Math.Abs(pair.Exact - pair.Coarse) < 0.05 * pair.Exact);
        losses.Should().Contain(pair => pair.Exact != pair.Coarse, "the network did compute in other precision");
        half.parameters().Should().OnlyContain(parameter => parameter.dtype == float32 && parameter.requires_grad);
        half.eval();
        using Tensor x = zeros(1, 1, 8, 8), t = zeros([1], int64), output = half.Predict(x, t);
        output.dtype.Should().Be(float32);
    }

    // In float32, with the kernels of training.
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(null)]
    public void Restore_AnyType_GoesOnBitForBit(ScalarType? type)
    {
        using UNet first = new(Small, 1), second = new(Small, 2);
        using Trainer a = Make(first, type, 2), b = Make(second, type, 2);
        var batches = new ShuffledBatches(data, 3, 1);
        a.Run(batches, 2);
        a.SaveCheckpoint(Path.Combine(folder.FullName, "x"));
        b.RestoreCheckpoint(Path.Combine(folder.FullName, "x"));
        a.Run(batches, 4);
        b.Run(batches, 4);
        foreach ((string key, Tensor value) in first.state_dict()) value.Equals(second.state_dict()[key]).Should().BeTrue(key);
    }

    [Fact]
    public void Step_Fails_LeavesFloat32Parameters()
    {
        using UNet network = new(Small, 1);
        using Trainer trainer = Make(network, ScalarType.BFloat16, 1);
        using Tensor before = network.parameters().First().detach().clone(), wrong = zeros(2, 3, 8, 8), bad = full([2, 1, 8, 8], float.NaN);
        FluentActions.Invoking(() => trainer.Step(wrong)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => trainer.Step(bad)).Should().Throw<NonFiniteException>();
        network.parameters().Should().OnlyContain(parameter => parameter.dtype == float32);
        network.parameters().First().detach().Equals(before).Should().BeTrue();
    }

    [Fact]
    public void Step_Repeated_LeavesNoTensor()
    {
        using UNet network = new(Small, 1);
        using Trainer trainer = Make(network, ScalarType.BFloat16, 1);
        using Tensor x0 = zeros(2, 1, 8, 8);
        for (int i = 0; i < 3; i++) trainer.Step(x0);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) trainer.Step(x0);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static Trainer Make(UNet network, ScalarType? type, int accumulation) =>
        Trainer.Create(
            network,
            Process,
            new TrainingOptions { WarmupSteps = 0, LearningRate = 1e-3, ComputeType = type, Accumulation = accumulation });
}
