using Ddpm.Cli.Training;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Cli.Tests;

public sealed class TrainingSpeedTests
{
    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.Float64)]
    public void Measure_AnyType_LeavesNoTensorAndGivesAStepATime(torch.ScalarType type)
    {
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        double speed = TrainingSpeed.Measure(torch.CPU, type);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(tensors);

        StepEstimate one = StepEstimate.Of(UNetOptions.Cifar10, batch: 8, accumulation: 1, averages: 1, speed);
        one.Step.Should().BePositive();
        StepEstimate.Of(UNetOptions.Cifar10, batch: 8, accumulation: 2, averages: 1, speed).Step.TotalSeconds
            .Should().BeApproximately(2 * one.Step.TotalSeconds, 1e-6);
    }
}
