using static TorchSharp.torch;

namespace Ddpm.Core.Tests.ExactModels;

/// <summary>The score of exact models: in closed form, by every prediction, and by differentiating the log-density.</summary>
public sealed class ScoreTests
{
    private static readonly LinearSchedule Schedule = new();

    public static TheoryData<string, string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, int>();
            foreach (string data in (string[])["mixture", "empirical"])
            {
                foreach (Prediction prediction in Prediction.Known)
                {
                    foreach (int t in (int[])[0, 1, 37, 500, 999]) cases.Add(data, prediction.Name, t);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Score_EveryPrediction_IsTheClosedForm(string distribution, string prediction, int t)
    {
        using var scope = NewDisposeScope();
        using DataDistribution data = Data(distribution);
        Prediction meaning = Prediction.Known.Single(known => known.Name == prediction);
        var process = new ReverseDiffusion(Schedule, new ReverseDiffusionOptions { Prediction = meaning });
        var model = new ExactModel(Schedule, data, meaning);
        Tensor xt = Noisy(process, t), alphaBar = tensor(process.Coefficients.AlphaBars[t], float64);

        Tensor actual = process.Score(model, xt, t), expected = data.Score(xt, alphaBar);

        // Relative to the score's size, 1/√(1-ᾱ_t).
        double scale = 1 / process.Coefficients.SqrtOneMinusAlphaBars[t];
        (actual - expected).abs().max().item<double>().Should().BeLessThan(1e-10 * scale);
        if (t > 1) (actual - expected).abs().max().item<double>().Should().BeLessThan(1e-10);
        process.Score(model.Predict(xt, full(5, (long)t, int64)), xt, t).Equals(actual).Should().BeTrue();
        // Tweedie's formula.
        Tensor mean = data.PosteriorMean(xt, alphaBar);
        ((alphaBar.sqrt() * mean - xt) / (1 - alphaBar) - expected).abs().max().item<double>().Should().BeLessThan(1e-10 * scale);
    }

    [Theory]
    [InlineData("mixture")]
    [InlineData("empirical")]
    public void Score_OfTheLogDensity_IsItsGradient(string distribution)
    {
        using var scope = NewDisposeScope();
        using DataDistribution data = Data(distribution);
        var process = new ReverseDiffusion(Schedule);
        long[] t = [0, 20, 300, 700, 999];
        Tensor xt = cat([.. t.Select(each => Noisy(process, (int)each).narrow(0, 0, 1))]).requires_grad_();
        Tensor alphaBar = tensor(t.Select(each => process.Coefficients.AlphaBars[(int)each]).ToArray());

        Tensor gradient = autograd.grad([data.LogDensity(xt, alphaBar).sum()], [xt])[0], score = data.Score(xt.detach(), alphaBar);

        ((gradient - score) / score.abs().clamp_min(1)).abs().max().item<double>().Should().BeLessThan(1e-10);
        // Per-example timesteps in one call.
        (process.Score(new ExactModel(Schedule, data), xt.detach(), t) - score).abs().max().item<double>().Should().BeLessThan(1e-8);
    }

    [Theory]
    [InlineData("mixture")]
    [InlineData("empirical")]
    public void LogDensity_OfTheNoisyMarginal_IntegratesToOne(string distribution)
    {
        using var scope = NewDisposeScope();
        using DataDistribution data = Data(distribution);
        const double Step = 0.05;
        Tensor axis = arange(-8, 8, Step, float64), grid = cartesian_prod([axis, axis]);
        foreach (double alphaBar in (double[])[0, 0.3, 0.9])
        {
            Tensor density = data.LogDensity(grid, tensor(alphaBar, float64)).exp();
            (density.sum() * (Step * Step)).item<double>().Should().BeApproximately(1, 1e-9, "ᾱ = {0}", alphaBar);
        }
    }

    [Fact]
    public void Score_GuidedModel_IsTheGuidedScore()
    {
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(Schedule);
        Tensor xt = Noisy(process, 300);
        var network = new ByClass();
        Tensor without = process.Score(network, xt, 300), with = process.Score(network, xt, 300, [1, 1, 1, 1, 1]);
        Tensor guided = process.Score(new GuidedModel(network, 3), xt, 300, [1, 1, 1, 1, 1]);
        (guided - (without + 3 * (with - without))).abs().max().item<double>().Should().BeLessThan(1e-12);
        (with - without).abs().min().item<double>().Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void Score_WrongArguments_NamesThem()
    {
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(Schedule);
        using DataDistribution data = Data("mixture");
        var model = new ExactModel(Schedule, data);
        Tensor xt = Noisy(process, 3);
        process.Invoking(p => p.Score(model, xt, 1000)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("t must be a timestep 0 … 999, but is 1000.*");
        process.Invoking(p => p.Score(model, xt, 3, [1])).Should().Throw<ArgumentException>()
            .WithMessage("labels must be null for ExactModel*");
        process.Invoking(p => p.Score(xt[.., ..1], xt, 3)).Should().Throw<ArgumentException>().WithMessage("output must have the shape*");
        data.Invoking(d => d.Score(xt, tensor(new[] { 0.1, 0.2 }))).Should().Throw<ArgumentException>()
            .WithMessage("alphaBar must have the shape [] or [5], but has [2]*");
    }

    private static DataDistribution Data(string name)
    {
        if (name == "empirical") return new EmpiricalData(tensor(new[,] { { 0.3, -0.2 }, { 1.0, 0.5 }, { -0.9, 0.1 } }));
        return new GaussianMixtureData(
            tensor(new[] { 0.4, 0.6 }),
            tensor(new[,] { { -0.8, 0.3 }, { 0.6, -0.1 } }),
            tensor(new[, ,] { { { 0.1, 0.02 }, { 0.02, 0.05 } }, { { 0.3, -0.1 }, { -0.1, 0.2 } } }));
    }

    private static Tensor Noisy(ReverseDiffusion process, int t)
    {
        Tensor x0 = tensor(new[,] { { 0.3, -0.2 }, { 1.0, 0.5 }, { -0.9, 0.1 }, { 0, 0 }, { 0.7, 0.8 } });
        return process.Forward.Sample(x0, t, randn(5, 2, dtype: float64, generator: new Generator(3)));
    }

    private sealed class ByClass : IConditionalEpsilonModel
    {
        public int ClassCount => 2;

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) =>
            labels is null ? xt * 0.5 : xt * 0.5 + 1 + labels.to(float64).unsqueeze(1);
    }
}
