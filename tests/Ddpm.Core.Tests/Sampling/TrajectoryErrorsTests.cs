using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

public sealed class TrajectoryErrorsTests
{
    private static readonly ReverseDiffusionOptions Unclipped = new() { Clipping = X0Clipping.None };

    private static readonly IVarianceSchedule Trained = new LinearSchedule();

    [Fact]
    public void Measure_NormalDataByEuler_IsTheClosedForm()
    {
        // For data N(m, v) of each axis x̂_0 - m = v/(v+σ²) (x̄ - m): a step to σ' multiplies x̄ - m by (v + σσ')/(v + σ²), and so does
        // DDIM's own.
        const double Mean = 0.4;
        double[] variances = [0.3, 0.02];
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(full([2], Mean, dtype: float64), diag(tensor(variances)));
        var process = new ReverseDiffusion(new RespacedSchedule(Trained, TimestepSpacing.Karras(Trained, 7)), Unclipped);
        var teacher = new DdimSampler(new ExactModel(Trained, data), process);
        SamplingRequest request = Request(5, 2);
        DiffusionCoefficients c = process.Coefficients;
        double[] sigmas = [.. c.AlphaBars.Reverse().Select(alphaBar => Math.Sqrt(1 / alphaBar - 1)), 0];
        double Factor(int axis, int from, int to) =>
            (variances[axis] + sigmas[from] * sigmas[to]) / (variances[axis] + sigmas[from] * sigmas[from]);
        double Euler(int axis, int from, int to) =>
            Enumerable.Range(from, to - from).Aggregate(1.0, (product, point) => product * Factor(axis, point, point + 1));
        double[] starts = teacher.Steps(request).Select(state => (state.X / Math.Sqrt(c.AlphaBars[^1]) - Mean).Values()).First();
        // The distance from the line between the first point and the last, in the plane.
        double Deviation(int sample, Func<int, double> factor)
        {
            double Away(int axis) => starts[2 * sample + axis] * (factor(axis) - Euler(axis, 0, 7));
            double Line(int axis) => starts[2 * sample + axis] * (1 - Euler(axis, 0, 7));
            return Math.Abs(Away(0) * Line(1) - Away(1) * Line(0)) / Math.Sqrt(Line(0) * Line(0) + Line(1) * Line(1));
        }

        TrajectoryErrors errors = TrajectoryErrors.Measure(teacher, request);

        for (int from = 0; from < 7; from++)
        {
            errors.At(from, from + 1).Should().BeApproximately(0, 1e-10, "the teacher steps so itself");
            for (int to = from + 1; to <= 7; to++)
            {
                double expected = Enumerable.Range(0, 5).Average(sample =>
                    Deviation(sample, axis => Euler(axis, 0, from) * Factor(axis, from, to))
                    - Deviation(sample, axis => Euler(axis, 0, to)));
                errors.At(from, to).Should().BeApproximately(expected, 1e-9, "{0} → {1}", from, to);
            }
        }

        errors.At(0, 4).Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void BestTimesteps_OfAMixture_BringEulerNearerToTheFlow()
    {
        using var scope = NewDisposeScope();
        Tensor means = tensor(new[,] { { -0.8, 0.3, 0.1 }, { 0.6, -0.5, 0.9 }, { 0.2, 0.8, -0.7 } });
        Tensor narrow = eye(3, dtype: float64) * 0.005;
        using var data = new GaussianMixtureData(tensor(new[] { 0.4, 0.3, 0.3 }), means, stack([narrow, narrow, narrow]));
        var model = new ExactModel(Trained, data);
        var process = new ReverseDiffusion(Trained, Unclipped);
        SamplingRequest request = Request(300, 3);
        ReverseDiffusion sixty = KnownSamplers.Pndm.Respace(process, 60);
        TrajectoryErrors errors = TrajectoryErrors.Measure(
            new PndmSampler(model, sixty), request with { Noise = new PerSampleNoise(2), Count = 100 });
        using Tensor flow = new PndmSampler(model, KnownSamplers.Pndm.Respace(process, 300)).Sample(request);
        double Error(ReverseDiffusion respaced)
        {
            using Tensor samples = new DdimSampler(model, respaced).Sample(request);
            return (samples - flow).abs().median().item<double>();
        }

        foreach (int steps in (int[])[5, 10])
        {
            IReadOnlyList<int> best = errors.BestTimesteps(steps);

            best.Should().HaveCount(steps).And.BeInAscendingOrder()
                .And.BeSubsetOf(((RespacedSchedule)sixty.Coefficients.Schedule).Retained);
            best[^1].Should().Be(999);
            double found = Error(process.Respace(best));
            found.Should().BeLessThan(0.9 * Error(process.Respace(steps, KnownSpacings.Karras)), "{0} steps", steps);
            found.Should().BeLessThan(0.9 * Error(process.Respace(steps, KnownSpacings.Trailing)), "{0} steps", steps);
        }
    }

    [Fact]
    public void BestTimesteps_WholeSchedule_AreItsOwn()
    {
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(new LinearSchedule(12, 1e-3, 0.3), Unclipped);
        var teacher = new DdimSampler(new GaussianModel(process.Coefficients, 0.2, 0.5), process);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TrajectoryErrors errors = TrajectoryErrors.Measure(teacher, Request(4, 2));
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        errors.BestTimesteps(12).Should().Equal(Enumerable.Range(0, 12));
        errors.BestTimesteps(1).Should().Equal(11);
    }

    [Fact]
    public void Measure_BadInput_IsNamed()
    {
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(new LinearSchedule(12, 1e-3, 0.3), Unclipped);
        var model = new GaussianModel(process.Coefficients, 0.2, 0.5);
        var teacher = new DdimSampler(model, process);
        SamplingRequest request = Request(2, 1);
        FluentActions.Invoking(() => TrajectoryErrors.Measure(teacher, request with { Start = new SamplingStart(zeros(2, 1), 5) }))
            .Should().Throw<ArgumentException>().WithMessage("Start must be null*");
        var silent = new ReverseDiffusion(
            new ZeroTerminalSnrSchedule(new LinearSchedule(12, 1e-3, 0.3)), Unclipped with { Prediction = Prediction.V });
        FluentActions.Invoking(() => TrajectoryErrors.Measure(new DdimSampler(model, silent), request))
            .Should().Throw<ArgumentException>().WithMessage("teacher must leave some signal at t = 11*");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        FluentActions.Invoking(() => TrajectoryErrors.Measure(teacher, request, stop.Token)).Should().Throw<OperationCanceledException>();
        TrajectoryErrors errors = TrajectoryErrors.Measure(teacher, request);
        FluentActions.Invoking(() => errors.BestTimesteps(13)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("steps must be 1 … 12, those of the teacher, but is 13*");
        FluentActions.Invoking(() => errors.BestTimesteps(3, growth: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("growth");
    }

    private static SamplingRequest Request(int count, int dimensions) => new()
    {
        Count = count,
        SampleShape = [dimensions],
        Noise = new PerSampleNoise(1),
        BatchSize = count,
        ElementType = float64,
    };
}
