using System.Diagnostics;
using Ddpm.Core.Tests.Sampling;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Diagnostics;

public sealed class SamplingTelemetryTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(10, 0.01, 0.5));
    private readonly TelemetryCapture capture = new(DdpmTelemetry.SamplingSource, DdpmTelemetry.SamplingMeter);

    private static SamplingRequest Request => new() { Count = 5, SampleShape = [2, 3], Noise = new PerSampleNoise(5), BatchSize = 2 };

    public void Dispose() => capture.Dispose();

    [Fact]
    public void Sample_WholeRun_IsOneActivityWithItsSettingsAndCounts()
    {
        using Tensor samples = Sampler().Sample(Request);

        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.OperationName.Should().Be(DdpmTelemetry.SampleActivity);
        run.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            [DdpmTelemetry.SamplerTag] = "DdimSampler",
            [DdpmTelemetry.StepsTag] = 10,
            [DdpmTelemetry.CountTag] = 5,
            [DdpmTelemetry.BatchSizeTag] = 2,
            [DdpmTelemetry.ShapeTag] = "2x3",
            [DdpmTelemetry.OutcomeTag] = "completed",
        });
        run.Status.Should().Be(ActivityStatusCode.Unset);
        // Three batches, of two, two and one, in ten steps each.
        capture.Values(DdpmTelemetry.SamplingSteps).Should().HaveCount(30).And.OnlyContain(value => value == 1);
        capture.Values(DdpmTelemetry.SamplingSamples).Should().Equal(2, 2, 1);
        capture.Values(DdpmTelemetry.SamplingStepDuration)
            .Should().HaveCount(30).And.OnlyContain(seconds => seconds > 0 && seconds <= run.Duration.TotalSeconds);
        capture.Values(DdpmTelemetry.SamplingActiveRuns).Should().Equal(1, -1);
        capture.Measurements.Should().OnlyContain(measurement => measurement.Tags.Length == 1
            && measurement.Tags[0].Key == DdpmTelemetry.SamplerTag && (string?)measurement.Tags[0].Value == "DdimSampler");
    }

    [Fact]
    public void Steps_LeftEarly_IsAStoppedRunAndLeavesTheConsumersActivityCurrent()
    {
        using Activity around = new Activity("consumer").Start();
        foreach (SamplingState state in Sampler().Steps(Request))
        {
            Activity.Current.Should().BeSameAs(around);
            if (state.Step == 4) break;
        }

        Activity.Current.Should().BeSameAs(around);
        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.GetTagItem(DdpmTelemetry.OutcomeTag).Should().Be("stopped");
        run.ParentSpanId.Should().Be(around.SpanId);
        capture.Values(DdpmTelemetry.SamplingSteps).Sum().Should().Be(4);
        capture.Values(DdpmTelemetry.SamplingSamples).Should().BeEmpty();
        capture.Values(DdpmTelemetry.SamplingActiveRuns).Should().Equal(1, -1);
    }

    [Fact]
    public void Sample_Cancelled_IsAStoppedRunWithoutError()
    {
        FluentActions.Invoking(() => Sampler().Sample(Request, null, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();

        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.GetTagItem(DdpmTelemetry.OutcomeTag).Should().Be("stopped");
        run.Status.Should().Be(ActivityStatusCode.Unset);
    }

    [Fact]
    public void Sample_ModelFails_IsAFailedRunWithTheError()
    {
        var sampler = new DdpmSampler(new GaussianModel(Process.Coefficients, double.NaN, 1), Process);
        string message = FluentActions.Invoking(() => sampler.Sample(Request)).Should().Throw<NonFiniteException>().Which.Message;

        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.GetTagItem(DdpmTelemetry.OutcomeTag).Should().Be("failed");
        run.GetTagItem("error.type").Should().Be("Ddpm.Core.NonFiniteException");
        (run.Status, run.StatusDescription).Should().Be((ActivityStatusCode.Error, message));
        capture.Values(DdpmTelemetry.SamplingSteps).Should().BeEmpty();
        capture.Values(DdpmTelemetry.SamplingActiveRuns).Should().Equal(1, -1);
    }

    [Fact]
    public void Inpaint_WholeRun_IsAnActivityToo()
    {
        using Tensor x0 = zeros(2, 3), known = zeros(2, 3, dtype: ScalarType.Bool),
            filled = new InpaintingSampler(new GaussianModel(Process.Coefficients, 0, 1), Process, new InpaintingOptions { Resamples = 1 })
            .Inpaint(x0, known, new PerSampleNoise(1));

        Activity run = capture.Activities.Should().ContainSingle().Subject;
        run.GetTagItem(DdpmTelemetry.SamplerTag).Should().Be("InpaintingSampler");
        run.GetTagItem(DdpmTelemetry.OutcomeTag).Should().Be("completed");
        capture.Values(DdpmTelemetry.SamplingSteps).Sum().Should().Be((int)run.GetTagItem(DdpmTelemetry.StepsTag)!);
        capture.Values(DdpmTelemetry.SamplingSamples).Should().Equal(2);
    }

    private static DdimSampler Sampler() => new(new GaussianModel(Process.Coefficients, 0, 1), Process);
}
