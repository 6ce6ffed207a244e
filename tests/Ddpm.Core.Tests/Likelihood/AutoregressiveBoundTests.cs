using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

public sealed class AutoregressiveBoundTests
{
    private static readonly (double Weight, double Mean, double Deviation)[] Components = [(0.3, -1.0, 0.5), (0.7, 0.5, 0.7)];

    public static TheoryData<int, string> Processes => new()
    {
        { 1, "fixed-large" }, { 10, "fixed-large" }, { 10, "fixed-small" }, { 60, "fixed-large" },
    };

    [Theory]
    [MemberData(nameof(Processes))]
    public void Terms_ModelOfNormalData_AreTheClosedDivergencesAndAddUpToEquation5(int timesteps, string variance)
    {
        using var scope = NewDisposeScope();
        // Correlated normal data of two dimensions, with variances 1.8 and 0.2 along its axes, and a model that is wrong by tilt · x_t.
        const double Tilt = 0.05;
        double[] axes = [1.8, 0.2];
        Tensor rotation = tensor(new[,] { { 0.8, -0.6 }, { 0.6, 0.8 } }), root = rotation * tensor(axes).sqrt();
        Tensor mean = tensor(new[] { 0.4, -0.3 });
        using var data = GaussianMixtureData.Gaussian(mean, root.matmul(root.t()));
        ReverseDiffusion process = Process(new LinearSchedule(timesteps, 0.02, timesteps > 20 ? 0.1 : 0.5), variance);
        DiffusionCoefficients tables = process.Coefficients;
        var model = new Tilted(new ExactModel(tables.Schedule, data), Tilt);
        WeightedPoints points = WeightedPoints.OfNormal(mean, root, timesteps);

        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data).Terms(points.X0, points);
        BoundTerms bound = new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.Continuous })
            .Terms(points.X0, points);

        // Along an axis of variance λ, q(x_t) has the variance v_t = ᾱ_t λ + 1 - ᾱ_t, and q(x_{t-1} | x_t) has s_t = v_{t-1} β_t/v_t.
        double square = 0.4 * 0.4 + 0.3 * 0.3;
        double[] expected = [.. Enumerable.Range(0, timesteps).Select(t =>
        {
            double sigma = Math.Exp(process.LogVariance(t)), alphaBar = tables.AlphaBars[t], before = t == 0 ? 1 : tables.AlphaBars[t - 1];
            double spread = axes.Sum(axis =>
                Divergence((before * axis + 1 - before) * tables.Betas[t] / (alphaBar * axis + 1 - alphaBar), sigma));
            // Eq. 11: an error of ε moves the mean by β/(√α √(1-ᾱ)) as much.
            double moved = Math.Pow(Tilt * tables.Betas[t], 2) / (tables.Alphas[t] * (1 - alphaBar));
            double meanSquare = alphaBar * square + axes.Sum(axis => alphaBar * axis + 1 - alphaBar);
            return Bits(spread + moved * meanSquare / (2 * sigma));
        })];
        double last = tables.AlphaBars[^1];
        double prior = Bits(axes.Sum(axis => Divergence(last * axis + 1 - last, 1)) + last * square / 2);
        double entropy = Bits(axes.Sum(axis => 0.5 * Math.Log(2 * Math.PI * Math.E * axis)));
        points.Mean(terms.Terms).ShouldBeClose(expected, 1e-10, 1e-12, "KL(q(x_{t-1} | x_t) ‖ p_θ)");
        points.Mean(terms.Prior)[0].Should().BeApproximately(prior, 1e-12);
        points.Mean(terms.Entropy)[0].Should().BeApproximately(entropy, 1e-12);
        points.Mean(terms.Total)[0].Should().BeApproximately(prior + expected.Sum() + entropy, 1e-10);
        points.Mean(bound.Total)[0].Should().BeApproximately(prior + expected.Sum() + entropy, 1e-10, "eq. 5 is eq. 16");

        // KL(N(m, own) ‖ N(m, other)) in nats; of both dimensions together, in bits for each.
        static double Divergence(double own, double other) => 0.5 * (Math.Log(other / own) + own / other - 1);
        static double Bits(double nats) => nats / (2 * Math.Log(2));
    }

    [Fact]
    public void Terms_Mixture_AreTheIntegralsAndAddUpToEquation5()
    {
        using var scope = NewDisposeScope();
        using var data = Mixture();
        ReverseDiffusion process = Process(new LinearSchedule(2, 0.3, 0.6), "fixed-large");
        DiffusionCoefficients tables = process.Coefficients;
        var model = new ExactModel(tables.Schedule, data);
        WeightedPoints points = WeightedPoints.OfMixture(Components, 2, 0.3);

        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data).Terms(points.X0, points);
        BoundTerms bound = new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.Continuous })
            .Terms(points.X0, points);

        // By the trapezoidal rule over x_{t-1} and x_t, from nothing but the mixture and the schedule: the mean of q(x_{t-1} | x_t), which
        // the exact model has, is an integral too.
        double[] expected = [.. Enumerable.Range(0, 2).Select(t =>
        {
            double before = t == 0 ? 1 : tables.AlphaBars[t - 1], beta = tables.Betas[t], sigma = Math.Exp(process.LogVariance(t)), sum = 0;
            double[] line = [.. Enumerable.Range(-500, 1001).Select(i => i * 0.02)];
            double[] own = [.. line.Select(x => Density(x, before))];
            foreach (double xt in line)
            {
                double[] joint = [.. line.Select((x, i) => own[i] * Normal(xt, Math.Sqrt(1 - beta) * x, beta))];
                double marginal = joint.Sum() * 0.02, mean = line.Zip(joint, (x, weight) => x * weight).Sum() * 0.02 / marginal;
                sum += line.Zip(joint, (x, weight) =>
                    weight < 1e-30 ? 0 : weight * Math.Log(weight / marginal / Normal(x, mean, sigma))).Sum() * 0.02 * 0.02;
            }

            return sum / Math.Log(2);
        })];
        double entropy = Integral(x => -Density(x, 1) * Math.Log2(Density(x, 1)));
        double prior = Integral(x => Density(x, tables.AlphaBars[1]) * Math.Log2(Density(x, tables.AlphaBars[1]) / Normal(x, 0, 1)));
        points.Mean(terms.Terms).ShouldBeClose(expected, 1e-8, 1e-10, "KL(q(x_{t-1} | x_t) ‖ p_θ)");
        points.Mean(terms.Prior)[0].Should().BeApproximately(prior, 1e-9);
        points.Mean(terms.Entropy)[0].Should().BeApproximately(entropy, 1e-9);
        points.Mean(bound.Total)[0].Should().BeApproximately(prior + expected.Sum() + entropy, 1e-8, "eq. 5 is eq. 16");
        expected.Should().OnlyContain(divergence => divergence > 0.001, "the mixture's q(x_{t-1} | x_t) is not normal");
    }

    [Fact]
    public void Terms_DiscreteData_AreDivergencesOfProbabilitiesAndAddUpToEquation5()
    {
        using var scope = NewDisposeScope();
        // Three pixel values, one of them twice: H(x_0) = 1.5 bits.
        int[] bytes = [0, 120, 120, 255];
        Tensor values = tensor(bytes.Select(value => value / 127.5 - 1).ToArray()).unsqueeze(1);
        using var data = new EmpiricalData(values);
        ReverseDiffusion process = Process(new ConstantSchedule(1, 0.2), "fixed-large");
        var model = new ExactModel(process.Coefficients.Schedule, data);
        WeightedPoints points = WeightedPoints.OfValues(values, 0.02);

        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data).Terms(points.X0, points);
        BoundTerms bound = new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.DiscretizedExact })
            .Terms(points.X0, points);

        double own = points.Mean(terms.Terms)[0], prior = points.Mean(terms.Prior)[0];
        points.Mean(terms.Entropy)[0].Should().BeApproximately(1.5, 1e-9);
        (prior + own + 1.5).Should().BeApproximately(points.Mean(bound.Total)[0], 1e-9, "eq. 5 is eq. 16");
        // KL(q(x_0 | x_1) ‖ p_θ(x_0 | x_1)) as an integral over x_1 of a sum over the three values.
        double signal = Math.Sqrt(0.8), variance = 0.2;
        (double Value, double Weight)[] distinct = [(-1, 0.25), (120 / 127.5 - 1, 0.5), (1, 0.25)];
        double expected = Integral(x =>
        {
            double[] joint = [.. distinct.Select(one => one.Weight * Normal(x, signal * one.Value, variance))];
            double marginal = joint.Sum(), mean = distinct.Zip(joint, (one, weight) => one.Value * weight).Sum() / marginal;
            Tensor each = tensor(distinct.Select(one => one.Value).ToArray());
            double[] decoded = Decoder.DiscretizedExact.LogLikelihood(each, full_like(each, mean), tensor(Math.Log(variance))).Values();
            return joint.Select((weight, i) => weight * (Math.Log(weight / marginal) - decoded[i])).Sum() / Math.Log(2);
        }, 0.05);
        own.Should().BeApproximately(expected, 1e-6).And.BeGreaterThan(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Total_EveryTrajectoryOfAnyModel_IsTheLogarithmOfEquation3(bool discrete)
    {
        using var scope = NewDisposeScope();
        Tensor means = tensor(new[,] { { -0.5, 0.2, 0.4 }, { 0.6, -0.2, 0 } });
        using DataDistribution data = discrete
            ? new EmpiricalData((arange(12, float64) * 17 % 256 / 127.5 - 1).reshape(4, 3))
            : new GaussianMixtureData(ones(2, float64), means, stack([eye(3, dtype: float64) * 0.2, eye(3, dtype: float64) * 0.5]));
        Tensor x0 = discrete ? (arange(12, float64) * 17 % 256 / 127.5 - 1).reshape(4, 3) : means + 0.3;
        var schedule = new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Linspace(1000, 12));
        var process = new ReverseDiffusion(schedule); // clipped, as networks are
        var model = new Tilted(new ExactModel(new LinearSchedule(), data), 0.2);
        var noise = new PerSampleNoise(5);
        Decoder decoder = discrete ? Decoder.Discretized : Decoder.Continuous;

        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data, decoder).Terms(x0, noise, firstExample: 7);

        // -ln p(x_T) - Σ ln p_θ(x_{t-1} | x_t)/q(x_t | x_{t-1}), from the samples and the moments.
        Tensor total = zeros(x0.size(0), float64), xt = x0;
        for (int t = 0; t < 12; t++)
        {
            Tensor previous = xt, eps = noise.Draw(NoiseRequest.For(xt, 7, t));
            xt = process.Forward.Step(previous, t, eps);
            Tensor output = model.Predict(xt, full(x0.size(0), schedule.ModelTimestep(t), int64));
            ReverseMoments moments = process.Moments(output, xt, t);
            Tensor log = t == 0
                ? decoder.LogLikelihood(previous, moments.Mean, moments.LogVariance)
                : -0.5 * ((previous - moments.Mean).square() / moments.Variance + (2 * Math.PI * moments.Variance).log());
            Tensor forward = -0.5 * (eps.square() + Math.Log(2 * Math.PI * process.Coefficients.Betas[t]));
            total += (forward - log).sum(1);
        }

        total += (0.5 * (xt.square() + Math.Log(2 * Math.PI))).sum(1);
        terms.Total.Values().ShouldBeClose((total / (3 * Math.Log(2))).Values(), 1e-9, 1e-9, "eq. 3");
        (terms.Prior + terms.Terms.sum(1) + terms.Entropy).Values().ShouldBeClose(terms.Total.Values(), 1e-12, 1e-12, "the sum");
    }

    [Fact]
    public void Terms_BadInput_SaysWhat()
    {
        using var scope = NewDisposeScope();
        using var normal = GaussianMixtureData.Gaussian(zeros(2, float64), eye(2, dtype: float64));
        using var discrete = new EmpiricalData(zeros(1, 2));
        ReverseDiffusion process = new(new LinearSchedule(5));
        var model = new ExactModel(process.Coefficients.Schedule, normal);

        FluentActions.Invoking(() => new AutoregressiveBound(model, process, normal, Decoder.Discretized)).Should()
            .Throw<ArgumentException>().WithMessage(
            "decoder must give a density, as GaussianMixtureData does, but gives probabilities.*").WithParameterName("decoder");
        FluentActions.Invoking(() => new AutoregressiveBound(model, process, discrete, Decoder.Continuous)).Should()
            .Throw<ArgumentException>().WithMessage("decoder must give probabilities, as EmpiricalData does, but gives a density.*");
        FluentActions.Invoking(() => new AutoregressiveBound(model, process, normal).Terms(zeros(3, 4), new PerSampleNoise(1))).Should()
            .Throw<ArgumentException>().WithMessage("x0 must have the shape [B, 2], but has [3, 4]*");
        FluentActions.Invoking(() => new AutoregressiveBound(model, process, normal).Terms(zeros(3, 2), new PerSampleNoise(1), -1)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("firstExample");
        FluentActions.Invoking(() => new AutoregressiveBound(model, process, discrete).Terms(ones(1, 2), new PerSampleNoise(1))).Should()
            .Throw<NonFiniteException>("this example is not of the data").WithMessage("*log-likelihood of the data became infinite*");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        FluentActions.Invoking(() =>
                new AutoregressiveBound(model, process, normal).Terms(zeros(3, 2), new PerSampleNoise(1), 0, cancelled.Token)).Should()
            .Throw<OperationCanceledException>();
    }

    [Fact]
    public void Terms_ManyCalls_HoldTensorsFlat()
    {
        using var scope = NewDisposeScope();
        using var data = Mixture();
        ReverseDiffusion process = Process(new LinearSchedule(5), "fixed-large");
        var bound = new AutoregressiveBound(new ExactModel(process.Coefficients.Schedule, data), process, data);
        Tensor x0 = zeros(4, 1);
        bound.Terms(x0, new PerSampleNoise(1)).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++) bound.Terms(x0, new PerSampleNoise(1)).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static ReverseDiffusion Process(IVarianceSchedule schedule, string variance) => new(schedule, new ReverseDiffusionOptions
    {
        Variance = ReverseVariance.Known.Single(one => one.Name == variance),
        Clipping = X0Clipping.None,
        InitialLogVariance = schedule.Timesteps == 1 ? InitialLogVariance.Floored : InitialLogVariance.SecondEntry,
    });

    private static GaussianMixtureData Mixture()
    {
        using var scope = NewDisposeScope();
        return new GaussianMixtureData(
            tensor(Components.Select(c => c.Weight).ToArray()),
            tensor(Components.Select(c => c.Mean).ToArray()).unsqueeze(1),
            tensor(Components.Select(c => c.Deviation * c.Deviation).ToArray()).reshape(-1, 1, 1));
    }

    // The density of √ᾱ x_0 + √(1-ᾱ) ε.
    private static double Density(double x, double alphaBar) => Components.Sum(c =>
        c.Weight * Normal(x, Math.Sqrt(alphaBar) * c.Mean, alphaBar * c.Deviation * c.Deviation + 1 - alphaBar));

    private static double Normal(double x, double mean, double variance) =>
        Math.Exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);

    private static double Integral(Func<double, double> function, double step = 0.01) =>
        Enumerable.Range((int)(-10 / step), (int)(20 / step) + 1).Sum(i => function(i * step)) * step;

    private sealed class Tilted(IEpsilonModel model, double tilt) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => model.Predict(xt, t) + tilt * xt;
    }
}
