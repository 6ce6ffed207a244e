using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

public sealed class VariationalBoundTests
{
    private const double Mean = 0.3, Deviation = 0.6;

    [Fact]
    public void Total_ExactModelOfNormalData_FallsToTheNegativeLogLikelihoodAsOneOverT()
    {
        // Every term is quadratic in x_0 and ε, so that their two-point rules mean ± deviation and ± 1 give its expectation exactly: no
        // sampling error.
        double entropy = 0.5 * Math.Log2(2 * Math.PI * Math.E * Deviation * Deviation);
        double[] gaps = [.. new[] { 100, 200, 400, 800 }.Select(timesteps => ExpectedBound(timesteps) - entropy)];

        gaps.Should().OnlyContain(gap => gap > 0, "it is a bound");
        gaps[^1].Should().BeLessThan(0.04);
        // Order of convergence: doubling T halves the gap.
        for (int i = 1; i < gaps.Length; i++)
        {
            Math.Log2(gaps[i - 1] / gaps[i]).Should().BeApproximately(1, 0.1, "gaps {0}", string.Join(", ", gaps));
        }
    }

    [Fact]
    public void Evaluate_ManyBatchesAndDraws_GivesMeansAndStandardErrors()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case(new BoundOptions { Draws = 3, BatchSize = 7 });
        BoundReport report = bound.Evaluate(data, new PerSampleNoise(3));

        // By hand from the terms of each draw: [draws, N].
        BoundTerms[] draws = [.. Enumerable.Range(0, 3).Select(draw => bound.Terms(data, new PerSampleNoise(3), 0, draw))];
        Tensor totals = stack(draws.Select(d => d.Total)), each = totals.mean([0]);
        report.Examples.Should().Be(20);
        report.Total.Mean.Should().BeApproximately(totals.mean().item<double>(), 1e-12);
        report.Total.StandardError.Should().BeApproximately(each.std(unbiased: true).item<double>() / Math.Sqrt(20), 1e-12);
        report.Total.NoiseStandardError.Should().BeApproximately(
            Math.Sqrt(totals.var(0, unbiased: true).mean().item<double>() / 3 / 20), 1e-12);
        for (int t = 0; t < 10; t++)
        {
            report.Terms[t].Mean.Should().BeApproximately(draws.Average(d => d.Terms.select(1, t).mean().item<double>()), 1e-12);
            report.X0MeanSquaredErrors[t].Mean.Should().BeApproximately(
                draws.Average(d => d.X0MeanSquaredErrors.select(1, t).mean().item<double>()), 1e-12);
            report.NoiseMeanSquaredErrors[t].Mean.Should().BeApproximately(
                draws.Average(d => d.NoiseMeanSquaredErrors.select(1, t).mean().item<double>()), 1e-12);
        }
    }

    [Fact]
    public void Evaluate_RateAndDistortion_AreThoseOfThePaper()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case();
        BoundReport report = bound.Evaluate(data, new PerSampleNoise(3));

        report.RateDistortion.Select(point => point.ReverseTime).Should().Equal(Enumerable.Range(1, 10));
        report.RateDistortion.Select(point => point.Timestep).Should().Equal(Enumerable.Range(0, 10).Reverse());
        double rate = report.Prior.Mean;
        foreach (RateDistortionPoint point in report.RateDistortion)
        {
            // x_t has been received: L_T and the terms of all later timesteps, not that of t.
            point.Rate.Mean.Should().BeApproximately(rate, 1e-12);
            point.Rmse.Mean.Should().BeApproximately(127.5 * Math.Sqrt(report.X0MeanSquaredErrors[point.Timestep].Mean), 1e-12);
            rate += report.Terms[point.Timestep].Mean;
        }

        rate.Should().BeApproximately(report.Total.Mean, 1e-12);
        (report.Rate.Mean + report.Distortion.Mean).Should().BeApproximately(report.Total.Mean, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(20)]
    public void Evaluate_AnyBatchSizeOrSource_GivesTheSame(int batchSize)
    {
        using var scope = NewDisposeScope();
        (VariationalBound whole, Tensor data) = Case();
        (VariationalBound split, _) = Case(new BoundOptions { BatchSize = batchSize });
        BoundReport expected = whole.Evaluate(data, new PerSampleNoise(3)), actual = split.Evaluate(data, new PerSampleNoise(3));
        BoundReport streamed = whole.Evaluate(data.split(batchSize), new PerSampleNoise(3));

        foreach (BoundReport report in new[] { actual, streamed })
        {
            report.Total.Mean.Should().BeApproximately(expected.Total.Mean, 1e-12);
            report.Total.StandardError.Should().BeApproximately(expected.Total.StandardError, 1e-12);
            report.Terms.Select(term => term.Mean).ShouldBeClose([.. expected.Terms.Select(term => term.Mean)], 1e-12, 1e-15, "terms");
        }
    }

    [Fact]
    public void Evaluate_SingleExampleOrDraw_LeavesErrorsUnknown()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case();
        Estimate total = bound.Evaluate(data.narrow(0, 0, 1), new PerSampleNoise(3)).Total;
        total.StandardError.Should().Be(double.NaN);
        total.NoiseStandardError.Should().Be(double.NaN);
    }

    [Fact]
    public void Evaluate_Respaced_IsTheBoundOfTheShorterProcess()
    {
        using var scope = NewDisposeScope();
        using var distribution = Normal();
        IVarianceSchedule schedule = LinearSchedule.Scaled(200);
        var model = new ExactModel(schedule, distribution);
        Tensor data = TwoPointData();
        ReverseDiffusionOptions options = new() { Clipping = X0Clipping.None, InitialLogVariance = InitialLogVariance.Floored };
        BoundOptions continuous = new() { Decoder = Decoder.Continuous };
        double Bound(IVarianceSchedule shorter) =>
            new VariationalBound(model, new ReverseDiffusion(shorter, options), continuous).Evaluate(data, new TwoPoint()).Total.Mean;

        double all = Bound(schedule), identity = Bound(new RespacedSchedule(schedule, Enumerable.Range(0, 200)));
        double forty = Bound(new RespacedSchedule(schedule, TimestepSpacing.Linspace(200, 40)));
        double eight = Bound(new RespacedSchedule(schedule, TimestepSpacing.Linspace(200, 8)));

        identity.Should().BeApproximately(all, 1e-9);
        forty.Should().BeGreaterThan(all);
        eight.Should().BeGreaterThan(forty, "fewer steps bound less tightly");
    }

    [Fact]
    public void Evaluate_Cancelled_StopsWithinOneStepAndFreesEverything()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case(new BoundOptions { BatchSize = 5 });
        using var cancellation = new CancellationTokenSource();
        var reports = new List<BoundProgress>();
        var progress = new Relay<BoundProgress>(report =>
        {
            reports.Add(report);
            if (report.StepsDone == 23) cancellation.Cancel();
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        FluentActions.Invoking(() => bound.Evaluate(data, new PerSampleNoise(3), progress, cancellation.Token))
            .Should().Throw<OperationCanceledException>();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        reports.Select(report => report.StepsDone).Should().Equal(Enumerable.Range(1, 23).Select(i => (long)i));
        reports[^1].StepsTotal.Should().Be(40);
        reports[^1].ExamplesDone.Should().Be(10);
    }

    [Fact]
    public void Evaluate_ManyBatches_HoldsTensorsFlat()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case(new BoundOptions { BatchSize = 1 });
        var counts = new List<long>();
        bound.Evaluate(data, new PerSampleNoise(3), new Relay<BoundProgress>(report =>
        {
            if (report.StepsDone % 10 == 1) counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }));

        counts.Should().HaveCount(20).And.OnlyContain(count => count == counts[0]);
    }

    [Fact]
    public void Evaluate_BadInput_SaysWhat()
    {
        using var scope = NewDisposeScope();
        (VariationalBound bound, Tensor data) = Case();
        ReverseDiffusion process = new(new LinearSchedule(5));

        FluentActions.Invoking(() => bound.Evaluate([], new PerSampleNoise(3))).Should().Throw<ArgumentException>()
            .WithMessage("batches must have at least 1 example*");
        FluentActions.Invoking(() => bound.Evaluate(data.to(int64), new PerSampleNoise(3))).Should().Throw<ArgumentException>()
            .WithMessage("data must hold floating-point numbers, but holds Int64*");
        FluentActions.Invoking(() => bound.Terms(data, new PerSampleNoise(3), -1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("firstExample");
        FluentActions.Invoking(() => new VariationalBound(new Constant(0), process, new BoundOptions { Draws = 0 }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Draws must be at least 1, but is 0*");
        FluentActions.Invoking(() => new VariationalBound(new Constant(0) { InTrainingMode = true }, process)
            .Evaluate(data, new PerSampleNoise(1))).Should().Throw<InvalidOperationException>().WithMessage("*eval()*");
        FluentActions.Invoking(() => new VariationalBound(new Constant(double.NaN), process).Evaluate(data, new PerSampleNoise(1)))
            .Should().Throw<NonFiniteException>().WithMessage("The bound's term became NaN at t = 4*");
        ReverseDiffusion learned = new(new LinearSchedule(5), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        FluentActions.Invoking(() => new VariationalBound(new Constant(0), learned).Evaluate(data, new PerSampleNoise(1)))
            .Should().Throw<InvalidOperationException>().WithMessage(
            "The model must put out the shape of x_t with twice its second axis, [20, 6], for LearnedRangeVariance, but put out [20, 3].");
    }

    private static GaussianMixtureData Normal()
    {
        using Tensor mean = tensor(new[] { Mean }), covariance = tensor(new[,] { { Deviation * Deviation } });
        return GaussianMixtureData.Gaussian(mean, covariance);
    }

    private static double ExpectedBound(int timesteps)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Normal();
        IVarianceSchedule schedule = LinearSchedule.Scaled(timesteps);
        // σ_t² = β_t from the first step on: β̃_t is off by a factor at the first steps, however many there are.
        ReverseDiffusion process = new(
            schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None, InitialLogVariance = InitialLogVariance.Floored });
        return new VariationalBound(new ExactModel(schedule, data), process, new BoundOptions { Decoder = Decoder.Continuous })
            .Terms(TwoPointData(), new TwoPoint()).Total.mean().item<double>();
    }

    private static (VariationalBound Bound, Tensor Data) Case(BoundOptions? options = null)
    {
        Tensor data = (arange(60, float64) * 0.37).sin().reshape(20, 3);
        var schedule = new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Linspace(1000, 10));
        return (new VariationalBound(new Constant(0.1), new ReverseDiffusion(schedule), options), data);
    }

    private static Tensor TwoPointData() =>
        tensor(new[] { Mean - Deviation, Mean - Deviation, Mean + Deviation, Mean + Deviation }).unsqueeze(1);

    private sealed class TwoPoint : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) =>
            tensor(request.SampleIndices.Select(k => k % 2 == 0 ? -1.0 : 1.0).ToArray()).unsqueeze(1);
    }

    private sealed class Constant(double value) : IEpsilonModel
    {
        public bool InTrainingMode { get; init; }

        public Tensor Predict(Tensor xt, Tensor t) => full_like(xt, value);
    }
}
