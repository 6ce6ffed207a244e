using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Objectives;

public sealed class ObjectiveTests
{
    public static TheoryData<string, string> PredictionsAndVariances
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string prediction in new[] { "ε", "x0", "v", "μ̃" })
            {
                foreach (string variance in new[] { "small", "large" }) data.Add(prediction, variance);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(PredictionsAndVariances))]
    public void VariationalWeighting_AnyPrediction_IsTheBoundButForAConstant(string prediction, string variance)
    {
        // Eq. 8 = eq. 12: L_{t-1} - C = the weighted error, C the divergence of the two variances alone.
        using var scope = NewDisposeScope();
        ReverseDiffusion process = Process(prediction, variance);
        DiffusionCoefficients c = process.Coefficients;
        (Tensor x0, Tensor eps) = Batch(4);
        long[] t = [1, 20, 300, 999];
        var network = new GoldenNetwork("eps", "none");

        double[] weighted = new SimpleObjective(process, LossWeighting.Variational).Loss(network, x0, t, eps).Values();
        double[] bound = new VariationalObjective(process).Loss(network, x0, t, eps).Values();

        for (int i = 0; i < t.Length; i++)
        {
            double ratio = c.PosteriorVariances[(int)t[i]] / Math.Exp(process.LogVariance((int)t[i]));
            double constant = 0.5 * (ratio - 1 - Math.Log(ratio));
            (bound[i] * Math.Log(2)).Should().BeApproximately(weighted[i] + constant, 1e-9 * (1 + weighted[i]));
        }
    }

    [Fact]
    public void VariationalWeighting_Epsilon_HasThePublishedWeights()
    {
        IReadOnlyList<double> large = LossWeighting.Variational.Weights(Process("ε", "large")),
            small = LossWeighting.Variational.Weights(Process("ε", "small"));
        DiffusionCoefficients c = new(new LinearSchedule());

        new[] { large[1], large[9], large[99], large[499], large[999], small[1] }
            .ShouldBeClose([0.272692, 0.073717, 0.0100813, 0.0055034, 0.0102045, 0.599672], 0, 5e-7, "weights");
        for (int t = 1; t < 1000; t++)
        {
            large[t].Should().BeApproximately(c.Betas[t] / (2 * c.Alphas[t] * (1 - c.AlphaBars[t])), 1e-12, "eq. 12 with σ² = β");
        }
    }

    [Theory]
    [MemberData(nameof(PredictionsAndVariances))]
    public void Weightings_AnyPrediction_WeighX0Alike(string prediction, string variance)
    {
        // A weighting is one of x̂_0 whatever the network predicts: two networks that mean the same x̂_0 have the same weighted loss.
        using var scope = NewDisposeScope();
        ReverseDiffusion process = Process(prediction, variance), epsilon = Process("ε", variance);
        (Tensor x0, Tensor eps) = Batch(3);
        long[] t = [0, 20, 600];
        foreach (LossWeighting weighting in new[] { LossWeighting.MinSnr(), LossWeighting.P2(), LossWeighting.P2(0.5, 2),
            LossWeighting.TruncatedSnr(), LossWeighting.TruncatedSnr(0.2), LossWeighting.Variational })
        {
            double[] expected = new SimpleObjective(epsilon, weighting).Loss(new SameX0(epsilon), x0, t, eps).Values();
            double[] actual = new SimpleObjective(process, weighting).Loss(new SameX0(process), x0, t, eps).Values();
            actual.ShouldBeClose(expected, 1e-7, 1e-12, weighting.GetType().Name);
        }
    }

    [Fact]
    public void P2_GammaZero_IsLSimple()
    {
        LossWeighting.P2(0).Weights(Process("ε", "large")).ShouldBeClose([.. Enumerable.Repeat(1.0, 1000)], 1e-9, 0, "weights");
        double snr = new DiffusionCoefficients(new LinearSchedule()).SignalToNoiseRatios[100];
        LossWeighting.P2(1, 1).Weights(Process("ε", "large"))[100].Should().BeApproximately(1 / (1 + snr), 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.2)]
    public void TruncatedSnr_ForV_IsMaxOfSnrAndGammaOverSnrPlusOne(double gamma)
    {
        ReverseDiffusion process = new(new LinearSchedule(), new ReverseDiffusionOptions { Prediction = Prediction.V });
        double[] snr = [.. process.Coefficients.SignalToNoiseRatios];

        double[] weights = [.. LossWeighting.TruncatedSnr(gamma).Weights(process)];

        weights.ShouldBeClose([.. snr.Select(ratio => Math.Max(ratio, gamma) / (ratio + 1))], 1e-12, 0, "weights");
        weights[^1].Should().BeApproximately(gamma, 1e-4, "pure noise keeps the weight γ");
    }

    [Fact]
    public void Hybrid_Bound_GivesTheMeanNoGradient()
    {
        using var scope = NewDisposeScope();
        ReverseDiffusion process = new(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        (Tensor x0, Tensor eps) = Batch(4);
        long[] t = [0, 1, 300, 999];
        var network = new TwoParameters();

        ObjectiveTerms terms = new HybridObjective(process).Evaluate(network, x0, t, eps);
        terms.Bound!.mean().backward();
        (network.Mean.grad?.abs().max().item<double>() ?? 0).Should().Be(0, "stop-gradient");
        network.Variance.grad!.item<double>().Should().NotBe(0);
        network.Variance.grad = null;

        // Of the whole loss the mean's gradient is that of L_simple.
        new HybridObjective(process).Loss(network, x0, t, eps).mean().backward();
        double hybrid = network.Mean.grad!.item<double>();
        network.Mean.grad = null;
        new SimpleObjective(Process("ε", "large")).Loss(new MeanOnly(network), x0, t, eps).mean().backward();
        hybrid.Should().BeApproximately(network.Mean.grad!.item<double>(), 1e-12);
        // The plain bound does move the mean.
        network.Mean.grad = null;
        new VariationalObjective(process).Loss(network, x0, t, eps).mean().backward();
        network.Mean.grad!.item<double>().Should().NotBe(0);
    }

    [Fact]
    public void Variational_OutsideTheUnitRange_StillHasGradients()
    {
        using var scope = NewDisposeScope();
        ReverseDiffusion process = Process("ε", "large");
        (Tensor x0, Tensor eps) = Batch(1);
        var network = new TwoParameters { Single = true };
        using (no_grad()) network.Mean.add_(30);
        new VariationalObjective(process).Loss(network, x0, 900, eps).mean().backward();
        network.Mean.grad!.item<double>().Should().NotBe(0, "a clipped x̂_0 would have no gradient");
    }

    [Fact]
    public void Loss_AnyBatchSplit_GivesTheSame()
    {
        using var scope = NewDisposeScope();
        ReverseDiffusion process = new(new CosineSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        (Tensor x0, Tensor eps) = Batch(4);
        long[] t = [0, 1, 300, 999];
        var network = new GoldenNetwork("eps", "learned_range");
        double[] whole = new HybridObjective(process).Loss(network, x0, t, eps).Values();
        for (int i = 0; i < 4; i++)
        {
            new HybridObjective(process).Loss(network, x0.narrow(0, i, 1), (int)t[i], eps.narrow(0, i, 1)).item<double>()
                .Should().BeApproximately(whole[i], 1e-12 * Math.Max(1, whole[i]));
        }
    }

    [Fact]
    public void BadInput_SaysWhat()
    {
        using var scope = NewDisposeScope();
        ReverseDiffusion learned = new(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.Learned }),
            small = Process("ε", "small");
        (Tensor x0, Tensor eps) = Batch(2);

        FluentActions.Invoking(() => new SimpleObjective(learned)).Should().Throw<ArgumentException>()
            .WithMessage("process must have a fixed variance*LearnedVariance; HybridObjective*");
        FluentActions.Invoking(() => new HybridObjective(small)).Should().Throw<ArgumentException>()
            .WithMessage("process must have a learned variance*FixedSmallVariance; SimpleObjective*");
        FluentActions.Invoking(() => LossWeighting.Variational.Weights(learned)).Should().Throw<ArgumentException>()
            .WithMessage("process must have a fixed variance for VariationalWeighting*");
        FluentActions.Invoking(() => LossWeighting.MinSnr(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("gamma");
        FluentActions.Invoking(() => LossWeighting.TruncatedSnr(double.NaN)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("gamma");
        FluentActions.Invoking(() => LossWeighting.P2(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new HybridObjective(learned, boundWeight: double.NaN)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("boundWeight");
        FluentActions.Invoking(() => new SimpleObjective(small).Loss(new GoldenNetwork("eps", "learned"), x0, 0, eps))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("The model must put out the shape of x_t, [2, 3, 4], for FixedSmallVariance, but put out [2, 6, 4].");
        FluentActions.Invoking(() => new VariationalObjective(learned).Loss(new GoldenNetwork("eps", "none"), x0, 0, eps))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*twice its second axis, [2, 6, 4], for LearnedVariance, but put out [2, 3, 4].");
        FluentActions.Invoking(() => new SimpleObjective(small).Loss(new GoldenNetwork("eps", "none"), x0, new long[] { 0, 1, 2 }, eps))
            .Should().Throw<ArgumentException>().WithMessage("t must have one timestep for each of the 2 examples*but has 3*");
        FluentActions.Invoking(() => new SimpleObjective(small).Loss(new GoldenNetwork("eps", "none"), x0, 1000, eps))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("t must be a timestep 0 … 999, but is 1000*");
        FluentActions.Invoking(() => new SimpleObjective(small).Loss(new GoldenNetwork("eps", "none"), x0, 0, eps.narrow(1, 0, 2)))
            .Should().Throw<ArgumentException>().WithMessage("noise must have the shape of x0, [2, 3, 4], but has [2, 2, 4]*");
    }

    [Fact]
    public void Loss_ManySteps_HoldsTensorsFlat()
    {
        using var scope = NewDisposeScope();
        (Tensor x0, Tensor eps) = Batch(4);
        ReverseDiffusion learned = new(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        foreach (Objective objective in new Objective[] { new HybridObjective(learned), new VariationalObjective(learned),
            new SimpleObjective(Process("ε", "small"), LossWeighting.MinSnr()) })
        {
            var network = new GoldenNetwork("eps", objective is SimpleObjective ? "none" : "learned_range");
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (int i = 0; i < 50; i++)
            {
                objective.Loss(network, x0, new long[] { 0, 5, 6, 900 }, eps).Dispose();
                objective.Evaluate(network, x0, 0, eps).Dispose();
            }

            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        }
    }

    private static ReverseDiffusion Process(string prediction, string variance) => new(new LinearSchedule(), new ReverseDiffusionOptions
    {
        Prediction = prediction switch
        {
            "ε" => Prediction.Epsilon,
            "x0" => Prediction.X0,
            "v" => Prediction.V,
            _ => Prediction.PosteriorMean,
        },
        Variance = variance == "small" ? ReverseVariance.FixedSmall : ReverseVariance.FixedLarge,
    });

    private static (Tensor X0, Tensor Eps) Batch(int count) =>
        ((arange(count * 12, float64) * 0.9).sin().reshape(count, 3, 4),
            (arange(count * 12, float64) * 1.3).cos().reshape(count, 3, 4) * 1.4);

    /// <summary>A network whose x̂_0 is 0.5 tanh(x_t), whatever its output means.</summary>
    private sealed class SameX0(ReverseDiffusion process) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t)
        {
            using var scope = NewDisposeScope();
            Tensor x0 = 0.5 * xt.tanh();
            return process.Options.Prediction.Target(process.Coefficients, x0, xt, process.Forward.Noise(x0, xt, t), t)
                .MoveToOuterDisposeScope();
        }
    }

    private sealed class TwoParameters : IEpsilonModel
    {
        public Tensor Mean { get; } = tensor(0.3, float64).requires_grad_();

        public Tensor Variance { get; } = tensor(0.2, float64).requires_grad_();

        public bool Single { get; init; }

        public Tensor Predict(Tensor xt, Tensor t) => Single ? Mean * xt.ones_like() : cat([Mean * xt, Variance * xt.ones_like()], 1);
    }

    private sealed class MeanOnly(TwoParameters network) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => network.Mean * xt;
    }
}
