using System.Diagnostics;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Diagnostics;

public sealed class TrainingTelemetryTests : IDisposable
{
    private readonly TelemetryCapture capture = new(TrainingTelemetry.TrainingSource, TrainingTelemetry.TrainingMeter);
    private readonly InMemoryDataset data = new(ones(8, 2));
    private readonly Mlp network = new(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, seed: 1);
    private readonly Trainer trainer;

    public TrainingTelemetryTests() =>
        trainer = Trainer.Create(
            network, new ReverseDiffusion(new LinearSchedule(10, 0.01, 0.5)), new TrainingOptions { Accumulation = 2 });

    public void Dispose()
    {
        trainer.Dispose();
        network.Dispose();
        data.Dispose();
        capture.Dispose();
    }

    [Fact]
    public void Run_ThreeSteps_IsOneActivityWithCountsAndLosses()
    {
        var losses = new List<double>();
        trainer.Run(new ShuffledBatches(data, 4, 1), 3, new Relay<TrainingProgress>(at => losses.Add(at.Loss)));

        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.OperationName.Should().Be(TrainingTelemetry.TrainActivity);
        run.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            [TrainingTelemetry.FirstStepTag] = 0L,
            [TrainingTelemetry.TotalStepsTag] = 3L,
            [DdpmTelemetry.BatchSizeTag] = 8,
            [DdpmTelemetry.StepsTag] = 3L,
            [DdpmTelemetry.OutcomeTag] = "completed",
        });
        capture.Values(TrainingTelemetry.TrainingSteps).Should().Equal(1, 1, 1);
        capture.Values(TrainingTelemetry.TrainingExamples).Should().Equal(8, 8, 8);
        capture.Values(TrainingTelemetry.TrainingLoss).Should().Equal(losses);
        capture.Values(TrainingTelemetry.TrainingStepDuration).Should().HaveCount(3).And.OnlyContain(seconds => seconds > 0);
    }

    [Fact]
    public void Run_StoppedThenFailing_SaysSo()
    {
        var batches = new ShuffledBatches(data, 4, 1);
        trainer.Run(batches, 3, cancellationToken: new CancellationToken(canceled: true)).Should().BeFalse();
        FluentActions.Invoking(() => trainer.Run(batches, 3, new Relay<TrainingProgress>(_ => throw new IOException("no space"))))
            .Should().Throw<IOException>();

        capture.Activities.Select(run => run.GetTagItem(DdpmTelemetry.OutcomeTag)).Should().Equal("stopped", "failed");
        Activity failed = capture.Activities.Last();
        (failed.Status, failed.StatusDescription, failed.GetTagItem(DdpmTelemetry.StepsTag)).Should()
            .Be((ActivityStatusCode.Error, "no space", 1L));
    }
}
