using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.ExactModels;

public sealed class ExactModelTests
{
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0.01)]
    [InlineData(0)]
    public void PosteriorMean_Mixture_IsTheIntegral(double alphaBar)
    {
        using var scope = NewDisposeScope();
        (double Weight, double Mean, double Deviation)[] components = [(0.3, -1.0, 0.2), (0.7, 0.5, 0.4)];
        using var data = Mixture(components);
        double[] points = [-2.0, -0.3, 0.1, 1.7];

        double[] actual = data.PosteriorMean(tensor(points).unsqueeze(1), tensor(alphaBar, float64)).Values();

        // E[x_0 | x_t] = ∫ x p(x) N(x_t; √ᾱ x, 1-ᾱ) dx / ∫ …, by the trapezoidal rule, which is exact to rounding for such integrands.
        for (int i = 0; i < points.Length; i++)
        {
            double above = 0, below = 0;
            for (double x = -6; x <= 6; x += 1e-3)
            {
                double density = components.Sum(c => c.Weight * Math.Exp(-0.5 * Math.Pow((x - c.Mean) / c.Deviation, 2)) / c.Deviation);
                double weight = density * Math.Exp(-0.5 * Math.Pow(points[i] - Math.Sqrt(alphaBar) * x, 2) / (1 - alphaBar));
                above += x * weight;
                below += weight;
            }

            actual[i].Should().BeApproximately(above / below, 1e-9);
        }
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.3)]
    [InlineData(0)]
    public void LogDensity_NoisyMixtureOrExamples_IsTheSumOfTheirNormalDensities(double alphaBar)
    {
        using var scope = NewDisposeScope();
        Tensor points = tensor(new[,] { { 0.2, 0.9 }, { -1.0, 2.0 }, { 30.0, 0.0 } }), signal = tensor(alphaBar, float64);
        double[][] centres = [[-1.0, 0.5], [0.5, 0.2], [0.4, -0.8]];
        Tensor means = tensor(centres.SelectMany(c => c).ToArray()).reshape(3, 2);
        using var mixture = new GaussianMixtureData(tensor(new[] { 1.0, 2.0, 1.0 }), means, eye(2, dtype: float64).expand(3, 2, 2) * 0.25);
        using var examples = new EmpiricalData(means);

        mixture.LogDensity(points, signal).Values().ShouldBeClose(Expected([0.25, 0.5, 0.25], 0.25), 1e-12, 1e-12, "mixture");
        examples.LogDensity(points, signal).Values().ShouldBeClose(Expected([1 / 3.0, 1 / 3.0, 1 / 3.0], 0), 1e-12, 1e-12, "examples");

        double[] Expected(double[] weights, double variance) =>
        [
            .. Enumerable.Range(0, 3).Select(row =>
            {
                double spread = alphaBar * variance + 1 - alphaBar;
                double[] x = points[row].Values(), exponents =
                [
                    .. centres.Select(c => -c.Zip(x, (m, value) => Math.Pow(value - Math.Sqrt(alphaBar) * m, 2)).Sum() / (2 * spread)),
                ];
                double largest = exponents.Max(), sum = weights.Zip(exponents, (w, e) => w * Math.Exp(e - largest)).Sum();
                return largest + Math.Log(sum / (2 * Math.PI * spread));
            }),
        ];
    }

    [Fact]
    public void LogProbability_ExamplesOfTheSetAndOthers_CountsThem()
    {
        using var scope = NewDisposeScope();
        using var data = new EmpiricalData(tensor(new[,] { { 0.0, 1.0 }, { 2.0, 3.0 }, { 0.0, 1.0 }, { 0.0, 3.0 } }));

        data.LogProbability(tensor(new[,] { { 0.0, 1.0 }, { 2.0, 3.0 }, { 0.0, 2.0 } })).Values()
            .Should().Equal(Math.Log(0.5), Math.Log(0.25), double.NegativeInfinity);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void LogDensity_AlphaBarOutOfRange_SaysSo(double alphaBar)
    {
        using var scope = NewDisposeScope();
        using var data = new EmpiricalData(zeros(4, 3));

        FluentActions.Invoking(() => data.LogDensity(zeros(2, 3), tensor(alphaBar))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("alphaBar must be at least 0 and less than 1, but *").WithParameterName(nameof(alphaBar));
    }

    [Fact]
    public void PosteriorMean_CorrelatedGaussian_IsBayesRule()
    {
        using var scope = NewDisposeScope();
        Tensor mean = tensor(new[] { 0.5, -1.0 }), covariance = tensor(new[,] { { 1.0, 0.6 }, { 0.6, 0.5 } }),
            xt = tensor(new[,] { { 0.2, 0.9 }, { -1.0, 2.0 } });
        using var data = GaussianMixtureData.Gaussian(mean, covariance);
        const double AlphaBar = 0.3;

        // m + √ᾱ Σ (ᾱ Σ + (1-ᾱ) I)⁻¹ (x_t - √ᾱ m).
        Tensor gain = Math.Sqrt(AlphaBar) * covariance.matmul((AlphaBar * covariance + (1 - AlphaBar) * eye(2, dtype: float64)).inverse());
        Tensor expected = mean + (xt - Math.Sqrt(AlphaBar) * mean).matmul(gain.t());

        data.PosteriorMean(xt, tensor(AlphaBar, float64)).Values().ShouldBeClose(expected.Values(), 1e-12, 1e-14, "posterior mean");
        // The log-density, against its formula.
        Tensor d = xt - mean;
        Tensor log = -0.5 * ((d.matmul(covariance.inverse()) * d).sum([1]) + Math.Log(1.0 * 0.5 - 0.36) + 2 * Math.Log(2 * Math.PI));
        data.LogDensity(xt).Values().ShouldBeClose(log.Values(), 1e-12, 1e-14, "log density");
    }

    [Fact]
    public void PosteriorMean_Empirical_IsAMixtureOfPointsAtAnyBlockSize()
    {
        using var scope = NewDisposeScope();
        Tensor examples = (arange(2 * 3 * 5, float64) * 1.3).sin().reshape(5, 2, 3),
            xt = (arange(2 * 3 * 40, float64) * 0.7).cos().reshape(40, 2, 3);
        using var empirical = new EmpiricalData(examples);
        using var points = new GaussianMixtureData(ones(5), examples, zeros(5, 6, 6, float64));
        Tensor alphaBar = linspace(0.01, 0.99, 40, float64);

        empirical.PosteriorMean(xt, alphaBar).Values()
            .ShouldBeClose(points.PosteriorMean(xt, alphaBar).Values(), 1e-9, 1e-10, "posterior mean");
    }

    [Fact]
    public void Sample_EmpiricalData_ReturnsTheExamples()
    {
        using var scope = NewDisposeScope();
        Tensor examples = (arange(8 * 16, float64).square() * 0.37).sin().reshape(8, 1, 4, 4);
        using var data = new EmpiricalData(examples);
        IVarianceSchedule schedule = new LinearSchedule();
        ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Linspace(1000, 100)),
            new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        using Tensor samples = new DdpmSampler(new ExactModel(schedule, data), process).Sample(new SamplingRequest
        {
            Count = 200,
            SampleShape = [1, 4, 4],
            Noise = new PerSampleNoise(1),
            ElementType = float64,
            BatchSize = 200,
        });

        Tensor distances = cdist(samples.reshape(200, 16), examples.reshape(8, 16));
        distances.min(1).values.max().item<double>().Should().BeLessThan(1e-6, "the exact model of a set has learned it by heart");
        // Each of 8 as likely: χ² with 7 degrees of freedom exceeds 29.9 once in 10,000.
        long[] nearest = distances.argmin(1).data<long>().ToArray();
        Enumerable.Range(0, 8).Sum(i => Math.Pow(nearest.Count(n => n == i) - 25, 2) / 25).Should().BeLessThan(29.9);
    }

    [Theory]
    [InlineData("ε")]
    [InlineData("x0")]
    [InlineData("v")]
    [InlineData("μ̃")]
    public void Predict_EveryPrediction_MeansTheSameX0(string name)
    {
        using var scope = NewDisposeScope();
        Prediction prediction = name switch
        {
            "ε" => Prediction.Epsilon,
            "x0" => Prediction.X0,
            "v" => Prediction.V,
            _ => Prediction.PosteriorMean,
        };
        using var data = Mixture([(0.3, -1.0, 0.2), (0.7, 0.5, 0.4)]);
        ReverseDiffusion process = new(new LinearSchedule(),
            new ReverseDiffusionOptions { Prediction = prediction, Clipping = X0Clipping.None });
        Tensor xt = linspace(-2, 2, 50, float64).unsqueeze(1);
        var model = new ExactModel(process.Coefficients.Schedule, data, prediction);

        foreach (int t in new[] { 0, 1, 400, 999 })
        {
            Tensor expected = data.PosteriorMean(xt, tensor(process.Coefficients.AlphaBars[t], float64));
            ReverseMoments moments = process.Moments(model.Predict(xt, full(50, t, int64)), xt, t);
            moments.X0.Values().ShouldBeClose(expected.Values(), 1e-8, 1e-9, $"x̂_0 at {t}");
            moments.Mean.Values().ShouldBeClose(process.Posterior.Mean(expected, xt, t).Values(), 1e-9, 1e-10, $"mean at {t}");
        }
    }

    [Fact]
    public void SimpleObjective_ExactModel_IsBetterThanAnyOtherFunction()
    {
        using var scope = NewDisposeScope();
        using var data = Mixture([(0.3, -1.0, 0.2), (0.7, 0.5, 0.4)]);
        IVarianceSchedule schedule = new LinearSchedule(100);
        var exact = new ExactModel(schedule, data);
        var objective = new SimpleObjective(new ReverseDiffusion(schedule));
        // 20,000 examples of the mixture itself.
        Tensor u = tensor(Enumerable.Range(0, 20_000).Select(i => new CounterBasedRandom(1, i, 0).Uniform(0)).ToArray()).unsqueeze(1);
        Tensor z = new PerSampleNoise(2).Draw(new NoiseRequest
        {
            SampleIndices = [.. Enumerable.Range(0, 20_000).Select(i => (long)i)],
            Step = 0,
            Shape = [20_000, 1],
            ElementType = float64,
        });
        Tensor eps = new PerSampleNoise(3).Draw(new NoiseRequest
        {
            SampleIndices = [.. Enumerable.Range(0, 20_000).Select(i => (long)i)],
            Step = 0,
            Shape = [20_000, 1],
            ElementType = float64,
        });
        Tensor x0 = where(u < 0.3, -1.0 + 0.2 * z, 0.5 + 0.4 * z);

        double best = objective.Loss(exact, x0, 30, eps).mean().item<double>();
        foreach (double tilt in new[] { -0.1, 0.1 })
        {
            objective.Loss(new Tilted(exact, tilt), x0, 30, eps).mean().item<double>().Should().BeGreaterThan(best);
        }
    }

    [Fact]
    public void Constructor_BadInput_SaysWhat()
    {
        using var scope = NewDisposeScope();
        Tensor means = zeros(2, 3, float64), identity = eye(3, dtype: float64).expand(2, 3, 3);

        FluentActions.Invoking(() => new GaussianMixtureData(ones(3), means, identity)).Should().Throw<ArgumentException>()
            .WithMessage("weights must have the shape [2], but has [3]*");
        FluentActions.Invoking(() => new GaussianMixtureData(tensor(new[] { 1.0, 0.0 }), means, identity))
            .Should().Throw<ArgumentException>().WithMessage("weights must be positive*");
        FluentActions.Invoking(() => new GaussianMixtureData(ones(2), means, eye(3))).Should().Throw<ArgumentException>()
            .WithMessage("covariances must have the shape [2, 3, 3], but has [3, 3]*");
        FluentActions.Invoking(() => new GaussianMixtureData(ones(2), means, -identity)).Should().Throw<ArgumentException>()
            .WithMessage("*positive semi-definite*eigenvalue -1*");
        FluentActions.Invoking(() => new GaussianMixtureData(ones(2), means, (identity + triu(ones(3, 3, float64), 1))))
            .Should().Throw<ArgumentException>().WithMessage("*symmetric*");
        FluentActions.Invoking(() => new EmpiricalData(zeros(0, 3))).Should().Throw<ArgumentException>()
            .WithMessage("examples must hold at least 1 number*[0, 3]*");
        FluentActions.Invoking(() => new EmpiricalData(full([1, 3], float.NaN))).Should().Throw<ArgumentException>()
            .WithMessage("examples must be finite*");
        using var data = new EmpiricalData(zeros(4, 3));
        FluentActions.Invoking(() => data.PosteriorMean(zeros(2, 4), tensor(0.5))).Should().Throw<ArgumentException>()
            .WithMessage("xt must have the shape [B, 3], but has [2, 4]*");
        FluentActions.Invoking(() => data.PosteriorMean(zeros(2, 3), zeros(3))).Should().Throw<ArgumentException>()
            .WithMessage("alphaBar must have the shape [] or [2], but has [3]*");
    }

    [Fact]
    public void Predict_ManyCalls_HoldsTensorsFlat()
    {
        using var scope = NewDisposeScope();
        using var data = Mixture([(0.3, -1.0, 0.2), (0.7, 0.5, 0.4)]);
        var model = new ExactModel(new LinearSchedule(10), data);
        Tensor xt = zeros(4, 1), t = zeros(4, int64);
        model.Predict(xt, t).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 100; i++) model.Predict(xt, t).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static GaussianMixtureData Mixture((double Weight, double Mean, double Deviation)[] components)
    {
        using var scope = NewDisposeScope();
        return new GaussianMixtureData(
            tensor(components.Select(c => c.Weight).ToArray()),
            tensor(components.Select(c => c.Mean).ToArray()).unsqueeze(1),
            tensor(components.Select(c => c.Deviation * c.Deviation).ToArray()).reshape(-1, 1, 1));
    }

    private sealed class Tilted(IEpsilonModel model, double tilt) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => model.Predict(xt, t) + tilt * xt;
    }
}
