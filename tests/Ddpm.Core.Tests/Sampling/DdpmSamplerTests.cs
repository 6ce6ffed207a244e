using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

public sealed class DdpmSamplerTests
{
    private static ReverseDiffusion Process(int timesteps = 1000, ReverseVariance? variance = null) =>
        new(new LinearSchedule(timesteps, 0.1 / timesteps, Math.Min(0.5, 20.0 / timesteps)),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = variance ?? ReverseVariance.FixedLarge });

    private static SamplingRequest Request(int count, params long[] shape) =>
        new() { Count = count, SampleShape = shape, Noise = new PerSampleNoise(5) };

    // 10,000 independent numbers: rows of a hundred, since noise costs by the row.
    private static SamplingRequest TenThousand => Request(100, 100) with { BatchSize = 100, ElementType = float64 };

    [Fact]
    public void Sample_ExactModelOfNormalData_HasItsMeanAndDeviation()
    {
        ReverseDiffusion process = Process(250);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0.4, 0.3), process);

        using Tensor samples = sampler.Sample(TenThousand);

        // The chain is linear, so its exact moments follow from its coefficients.
        (double mean, double variance) = ExactMoments(process, 0.4, 0.3);
        samples.mean().item<double>().Should().BeApproximately(mean, 5 * Math.Sqrt(variance / 10_000), "five standard errors");
        samples.var().item<double>().Should().BeApproximately(variance, 5 * variance * Math.Sqrt(2.0 / 10_000), "five standard errors");
        // And those of 1000 steps are near those of the data, with the error of discrete steps.
        (mean, variance) = ExactMoments(Process(1000), 0.4, 0.3);
        mean.Should().BeApproximately(0.4, 0.005);
        Math.Sqrt(variance).Should().BeApproximately(0.3, 0.01);
    }

    [Fact]
    public void Sample_FixedSmall_AddsLessNoiseThanFixedLarge()
    {
        ReverseDiffusion small = Process(50, ReverseVariance.FixedSmall), large = Process(50);
        (_, double smallVariance) = ExactMoments(small, 0, 1);
        (_, double largeVariance) = ExactMoments(large, 0, 1);
        using Tensor smallSamples = new DdpmSampler(new GaussianModel(small.Coefficients, 0, 1), small)
            .Sample(TenThousand);
        using Tensor largeSamples = new DdpmSampler(new GaussianModel(large.Coefficients, 0, 1), large)
            .Sample(TenThousand);

        smallVariance.Should().BeLessThan(0.95 * largeVariance, "the two choices must be told apart");
        smallSamples.var().item<double>().Should().BeApproximately(smallVariance, 5 * smallVariance * Math.Sqrt(2.0 / 10_000));
        largeSamples.var().item<double>().Should().BeApproximately(largeVariance, 5 * largeVariance * Math.Sqrt(2.0 / 10_000));
    }

    [Fact]
    public void Sample_AnyBatchSize_GivesTheSameSamples()
    {
        ReverseDiffusion process = Process(20);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0.4, 0.3), process);
        using Tensor at64 = sampler.Sample(Request(64, 3, 4, 4)), at7 = sampler.Sample(Request(64, 3, 4, 4) with { BatchSize = 7 }),
            at1 = sampler.Sample(Request(64, 3, 4, 4) with { BatchSize = 1 });
        using Tensor late = sampler.Sample(Request(4, 3, 4, 4) with { FirstSample = 60 });

        at64.sub(at7).abs().max().item<float>().Should().BeLessThan(1e-6f);
        at64.sub(at1).abs().max().item<float>().Should().BeLessThan(1e-6f);
        at64.slice(0, 60, 64, 1).sub(late).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Steps_WholeRun_CountsDownToTheSamples()
    {
        ReverseDiffusion process = Process(10);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process);
        var seen = new List<(int Step, int Timestep)>();
        using Tensor samples = sampler.Sample(Request(3, 2));
        Tensor? last = null;
        foreach (SamplingState state in sampler.Steps(Request(3, 2)))
        {
            seen.Add((state.Step, state.Timestep));
            (state.X0 is null).Should().Be(state.Step == 0);
            last?.Dispose();
            last = state.X.clone();
        }

        seen.Should().Equal(Enumerable.Range(0, 11).Select(i => (i, 10 - i)));
        last!.Equals(samples).Should().BeTrue();
        last.Dispose();
    }

    [Fact]
    public void Steps_LastOne_AddsNoNoise()
    {
        // With T = 1 the only step is the last: x̂_0 itself, whatever the noise source says after x_T.
        ReverseDiffusion process = new(new LinearSchedule(1, 0.5, 0.5), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        foreach (SamplingState state in new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process).Steps(Request(2, 3)))
        {
            if (state.Step == 1) state.X.sub(state.X0!).abs().max().item<float>().Should().BeLessThan(1e-6f);
        }
    }

    [Fact]
    public void Sample_ManySteps_HoldsTensorsAndMemoryFlat()
    {
        ReverseDiffusion process = Process(300);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process);
        // 256 KB a tensor: leaking one a step would add 52 MB.
        SamplingRequest request = Request(16, 1, 64, 64);
        long tensors = -1, memory = 0;
        foreach (SamplingState state in sampler.Steps(request))
        {
            // What the collector has not yet looked at is resident too, and no leak.
            if (state.Step % 20 == 0) GC.Collect();
            if (state.Step == 100)
            {
                tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                memory = ResidentBytes();
            }
            else if (state.Step > 100)
            {
                DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(tensors, "step {0} must free what it allots", state.Step);
            }
        }

        (ResidentBytes() - memory).Should().BeLessThan(30_000_000);
    }

    [Fact]
    public void Steps_LeftEarly_FreesEverything()
    {
        ReverseDiffusion process = Process(10);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (SamplingState state in sampler.Steps(Request(2, 3)))
        {
            if (state.Step == 4) break;
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Sample_Cancelled_StopsWithinOneStepAndFreesEverything()
    {
        ReverseDiffusion process = Process(100);
        var model = new GaussianModel(process.Coefficients, 0, 1);
        using var cancellation = new CancellationTokenSource();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var progress = new Relay<SamplingProgress>(report =>
        {
            if (report.StepsDone == 7) cancellation.Cancel();
        });

        FluentActions.Invoking(() => new DdpmSampler(model, process).Sample(Request(2, 3), progress, cancellation.Token))
            .Should().Throw<OperationCanceledException>();

        model.Calls.Should().Be(7);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Sample_Progress_CountsAllBatches()
    {
        ReverseDiffusion process = Process(10);
        var reports = new List<SamplingProgress>();
        using Tensor samples = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process)
            .Sample(Request(5, 3) with { BatchSize = 2 }, new Relay<SamplingProgress>(reports.Add));

        reports.Select(report => report.StepsDone).Should().Equal(Enumerable.Range(1, 30).Select(i => (long)i));
        reports[^1].Should().Match<SamplingProgress>(
            report => report.StepsTotal == 30 && report.SamplesDone == 5 && report.SamplesTotal == 5);
        reports[9].SamplesDone.Should().Be(2);
    }

    [Fact]
    public void Sample_ModelBecomesNaN_NamesTheTimestep()
    {
        ReverseDiffusion process = Process(10);
        FluentActions.Invoking(() => new DdpmSampler(new BadModel(4, xt => xt * double.NaN), process).Sample(Request(2, 3)))
            .Should().Throw<NonFiniteException>().WithMessage("x_{t-1} became NaN at t = 4, step 6 (shape [2, 3]*");
    }

    [Fact]
    public void Sample_ModelOutputOfAnotherShape_NamesBoth()
    {
        ReverseDiffusion process = Process(10);
        FluentActions.Invoking(() => new DdpmSampler(new BadModel(9, xt => cat([xt, xt], 1)), process).Sample(Request(2, 3)))
            .Should().Throw<InvalidOperationException>().WithMessage("*[2, 3]*put out [2, 6]*");
    }

    [Fact]
    public void Sample_ModelInTrainingMode_IsRefused()
    {
        ReverseDiffusion process = Process(10);
        var model = new GaussianModel(process.Coefficients, 0, 1) { InTrainingMode = true };
        FluentActions.Invoking(() => new DdpmSampler(model, process).Sample(Request(2, 3))).Should().Throw<InvalidOperationException>()
            .WithMessage("*eval()*");
    }

    [Fact]
    public void Sample_BadRequest_NamesTheProperty()
    {
        ReverseDiffusion process = Process(10);
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process);
        FluentActions.Invoking(() => sampler.Sample(Request(0, 3))).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("Count");
        FluentActions.Invoking(() => sampler.Sample(Request(1, 3, 0))).Should().Throw<ArgumentException>()
            .WithMessage("SampleShape must have positive sizes, but is [3, 0]*");
        FluentActions.Invoking(() => sampler.Sample(Request(1, 3) with { BatchSize = 0 })).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("BatchSize");
    }

    // x_{t-1} = a x_t + c + σ_t z for the exact model, propagated from x_T ~ N(0, 1).
    private static (double Mean, double Variance) ExactMoments(ReverseDiffusion process, double dataMean, double dataDeviation)
    {
        DiffusionCoefficients c = process.Coefficients;
        double mean = 0, variance = 1;
        for (int t = c.Timesteps - 1; t >= 0; t--)
        {
            double k = Math.Sqrt(1 - c.AlphaBars[t]) / (c.AlphaBars[t] * dataDeviation * dataDeviation + 1 - c.AlphaBars[t]);
            double scale = c.Betas[t] / Math.Sqrt(1 - c.AlphaBars[t]);
            double slope = (1 - scale * k) / Math.Sqrt(c.Alphas[t]);
            double offset = scale * k * Math.Sqrt(c.AlphaBars[t]) * dataMean / Math.Sqrt(c.Alphas[t]);
            double sigma = process.StandardDeviation(t);
            mean = slope * mean + offset;
            variance = slope * slope * variance + sigma * sigma;
        }

        return (mean, variance);
    }

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class BadModel(int badTimestep, Func<Tensor, Tensor> bad) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => t[0].item<long>() == badTimestep ? bad(xt) : zeros_like(xt);
    }
}
