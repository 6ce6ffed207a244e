using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Variances;

public sealed class NoiseCalibrationTests
{
    private const double Deviation = 0.5;

    [Fact]
    public void Analytic_NormalData_IsTheExactReverseVariance()
    {
        // For data N(m, s²) the reverse step is normal, with a variance known in closed form: 1/(1/(ᾱ_{t-1}s²+1-ᾱ_{t-1}) + α_t/β_t).
        foreach (int[] retained in new int[][] { [.. Enumerable.Range(0, 1000)], [.. TimestepSpacing.Linspace(1000, 25)],
            [.. TimestepSpacing.Trailing(1000, 7)] })
        {
            ReverseDiffusion process = new(new RespacedSchedule(new LinearSchedule(), retained),
                new ReverseDiffusionOptions { Variance = ReverseVariance.Analytic(Exact()) });
            DiffusionCoefficients c = process.Coefficients;
            for (int t = 1; t < c.Timesteps; t++)
            {
                double before = c.AlphaBarsPrevious[t] * Deviation * Deviation + 1 - c.AlphaBarsPrevious[t];
                double exact = 1 / (1 / before + c.Alphas[t] / c.Betas[t]);
                Math.Exp(process.LogVariance(t)).Should().BeApproximately(exact, 1e-9 * exact, "t = {0} of {1}", t, c.Timesteps);
                Math.Exp(process.LogVariance(t)).Should().BeInRange(c.PosteriorVariances[t], c.Betas[t]);
            }
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100)]
    [InlineData(10)]
    [InlineData(3)]
    public void Bound_AnyNumberOfSteps_IsNoWorseThanEitherFixedVariance(int steps)
    {
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(tensor(new[] { 0.1 }), tensor(new[,] { { Deviation * Deviation } }));
        IVarianceSchedule schedule = new LinearSchedule(), respaced = new RespacedSchedule(schedule, TimestepSpacing.Linspace(1000, steps));
        var model = new ExactModel(schedule, data);
        Tensor x0 = tensor(new[] { 0.1 - Deviation, 0.1 - Deviation, 0.1 + Deviation, 0.1 + Deviation }).unsqueeze(1);
        double Bound(ReverseVariance variance)
        {
            ReverseDiffusion process = new(respaced, new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = variance });
            return new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.Continuous })
                .Terms(x0, new TwoPoint()).Total.mean().item<double>();
        }

        double analytic = Bound(ReverseVariance.Analytic(Exact()));
        analytic.Should().BeLessThan(Bound(ReverseVariance.FixedSmall)).And.BeLessThan(Bound(ReverseVariance.FixedLarge));
    }

    [Fact]
    public void Analytic_LastStepLimit_BoundsTheLastNoisyStepAlone()
    {
        var respaced = new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Linspace(1000, 10));
        ReverseDiffusion free = new(respaced, new ReverseDiffusionOptions { Variance = ReverseVariance.Analytic(Exact()) }),
            limited = new(respaced, new ReverseDiffusionOptions { Variance = ReverseVariance.Analytic(Exact(), 2) });
        limited.StandardDeviation(1)
            .Should().BeApproximately(4.0 / 255 * Math.Sqrt(Math.PI / 2), 1e-12).And.BeLessThan(free.StandardDeviation(1));
        for (int t = 2; t < 10; t++) limited.LogVariance(t).Should().Be(free.LogVariance(t));
        FluentActions.Invoking(() => ReverseVariance.Analytic(Exact(), 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("lastStepLimit");
    }

    [Fact]
    public void Ddim_EtaZeroWithCalibration_HasTheVarianceOfTheData()
    {
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(tensor(new[] { 0.1 }), tensor(new[,] { { Deviation * Deviation } }));
        IVarianceSchedule schedule = new LinearSchedule();
        ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Linspace(1000, 8)),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        double Variance(NoiseCalibration? calibration) =>
            new DdimSampler(new ExactModel(schedule, data), process, new DdimOptions { Calibration = calibration })
            .Sample(new SamplingRequest
            {
                Count = 20_000,
                SampleShape = [1],
                Noise = new PerSampleNoise(1),
                ElementType = float64,
                BatchSize = 20_000,
            }).var().item<double>();

        double plain = Math.Abs(Variance(null) - Deviation * Deviation), calibrated = Math.Abs(Variance(Exact()) - Deviation * Deviation);
        calibrated.Should().BeLessThan(0.5 * plain, "eight steps of plain DDIM lose variance");
    }

    [Fact]
    public void Measure_ExactModel_FindsTheClosedForm()
    {
        using var scope = NewDisposeScope();
        IVarianceSchedule schedule = new LinearSchedule(50, 0.001, 0.3);
        using var data = GaussianMixtureData.Gaussian(zeros(1, float64), tensor(new[,] { { Deviation * Deviation } }));
        ReverseDiffusion process = new(schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        NoiseRequest request = new()
        {
            SampleIndices = [.. Enumerable.Range(0, 20_000).Select(i => (long)i)],
            Step = 0,
            Shape = [20_000, 1],
            ElementType = float64,
        };
        Tensor x0 = Deviation * new PerSampleNoise(77).Draw(request);
        NoiseCalibration measured = NoiseCalibration.Measure(new ExactModel(schedule, data), process, x0, new PerSampleNoise(78));

        // E ε̂² = (1-ᾱ)/(ᾱ s² + 1-ᾱ); the relative error of a variance from N numbers is √(2/N), five of which is 5 %.
        double[] exact = [.. process.Coefficients.AlphaBars.Select(
            alphaBar => (1 - alphaBar) / (alphaBar * Deviation * Deviation + 1 - alphaBar))];
        measured.MeanSquares.ShouldBeClose(exact, 0.05, 0, "e_t");
    }

    [Fact]
    public void OptimalTrajectory_SmallCase_IsTheBestOfAllPaths()
    {
        IVarianceSchedule schedule = new LinearSchedule(12, 0.01, 0.5);
        DiffusionCoefficients c = new(schedule);
        var calibration = new NoiseCalibration(Enumerable.Range(0, 12).Select(t => 0.3 + 0.6 * Math.Abs(Math.Sin(1.7 * t))));
        double Cost(IReadOnlyList<int> path) => Enumerable.Range(1, path.Count - 1)
            .Sum(i => NoiseCalibration.StepCost(c.AlphaBars[path[i - 1]], c.AlphaBars[path[i]], calibration.MeanSquares[path[i]]));
        double best = double.PositiveInfinity;
        for (int a = 1; a < 11; a++)
        {
            for (int b = a + 1; b < 11; b++)
            {
                for (int d = b + 1; d < 11; d++) best = Math.Min(best, Cost([0, a, b, d, 11]));
            }
        }

        IReadOnlyList<int> path = calibration.OptimalTrajectory(schedule, 5);
        path.Should().HaveCount(5).And.BeInAscendingOrder();
        (path[0], path[^1]).Should().Be((0, 11));
        Cost(path).Should().BeApproximately(best, 1e-12);
        calibration.OptimalTrajectory(schedule, 12).Should().Equal(Enumerable.Range(0, 12));
        calibration.OptimalTrajectory(schedule, 2).Should().Equal(0, 11);
    }

    [Fact]
    public void SaveAndLoad_AndBadInput()
    {
        string path = Path.Combine(Path.GetTempPath(), $"calibration-{Guid.NewGuid():N}.json");
        try
        {
            Exact().Save(path);
            NoiseCalibration.Load(path).MeanSquares.Should().Equal(Exact().MeanSquares);
            File.WriteAllText(path, "[1, -2]");
            FluentActions.Invoking(() => NoiseCalibration.Load(path)).Should().Throw<InvalidDataException>()
                .WithMessage("*entry 1 must be a finite number, at least 0, but is -2.");
            File.WriteAllText(path, "{}");
            FluentActions.Invoking(() => NoiseCalibration.Load(path)).Should().Throw<InvalidDataException>()
                .WithMessage("*must hold a list of*");
        }
        finally
        {
            File.Delete(path);
        }

        FluentActions.Invoking(() => new NoiseCalibration([])).Should().Throw<ArgumentException>()
            .WithMessage("meanSquares must have at least 1 entry*");
        FluentActions.Invoking(() => Exact().OptimalTrajectory(new LinearSchedule(10), 3)).Should().Throw<ArgumentException>()
            .WithMessage("schedule must have the 1000 timesteps that were measured, but has 10*");
        FluentActions.Invoking(() => Exact().OptimalTrajectory(new LinearSchedule(), 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("count");
        FluentActions.Invoking(() => new ReverseDiffusion(
            new LinearSchedule(2000), new ReverseDiffusionOptions { Variance = ReverseVariance.Analytic(Exact()) }))
            .Should().Throw<ArgumentException>().WithMessage("The calibration must cover timestep 1000*has 1000 entries*");
    }

    private static NoiseCalibration Exact() =>
        new(new DiffusionCoefficients(new LinearSchedule()).AlphaBars.Select(
            alphaBar => (1 - alphaBar) / (alphaBar * Deviation * Deviation + 1 - alphaBar)));

    private sealed class TwoPoint : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) =>
            tensor(request.SampleIndices.Select(k => k % 2 == 0 ? -1.0 : 1.0).ToArray()).unsqueeze(1);
    }
}
