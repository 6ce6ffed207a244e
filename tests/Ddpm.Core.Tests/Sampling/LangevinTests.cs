using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>
/// Langevin dynamics against exact distributions, with fixed seeds. A right sampler fails a statistical test once in 10,000 seeds.
/// </summary>
public sealed class LangevinTests
{
    private const int Count = 3000;

    private static readonly LinearSchedule Schedule = new();
    private static readonly ReverseDiffusionOptions Unclipped = new() { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall };

    // In one dimension, where a step's length must not follow from the sample's own score.
    private static readonly LangevinOptions Short = new()
    {
        SignalToNoise = 0.1,
        StepsPerLevel = 1000,
        StepSize = LangevinStepSize.NoiseLevel,
    };

    [Fact]
    public void Step_AtOneNoiseLevel_ConvergesToTheMarginalOfAMixture()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        var process = new ReverseDiffusion(Schedule, Unclipped);
        const int T = 400;
        // All begin at one point, far from the distribution.
        Tensor x = Run(new ExactModel(Schedule, data), process, full(Count, 1, 2.0, dtype: float64), T, Short);

        double alphaBar = process.Coefficients.AlphaBars[T];
        (double Weight, double Mean, double Variance)[] parts = [.. Components.Select(part =>
            (part.Weight, Math.Sqrt(alphaBar) * part.Mean, alphaBar * part.Variance + 1 - alphaBar))];
        double mean = parts.Sum(part => part.Weight * part.Mean);
        double Moment(int power) => parts.Sum(part => part.Weight * Central(part.Mean - mean, part.Variance, power));
        Tensor centred = x - mean;
        double variance = Moment(2);
        Math.Abs(centred.mean().item<double>() / Math.Sqrt(variance / Count)).Should().BeLessThan(3.89, "the mean");
        // The discretisation makes a normal variance larger by the factor 1/(1 - δ/2v): at most 1 % here.
        double excess = variance * 0.01;
        double square = centred.square().mean().item<double>(), error = Math.Sqrt((Moment(4) - variance * variance) / Count);
        square.Should().BeInRange(variance - 3.89 * error, variance + excess + 3.89 * error);
        // The share on one side of the saddle, by the normal distribution function.
        double share = parts.Sum(part => part.Weight * Normal(-part.Mean / Math.Sqrt(part.Variance)));
        double below = (x < 0).to(float64).mean().item<double>();
        Math.Abs(below - share).Should().BeLessThan(3.89 * Math.Sqrt(share * (1 - share) / Count) + 0.003);
    }

    [Fact]
    public void Step_TooFew_AreNotThereYet()
    {
        // The bounds above can fail: after a tenth of the steps the samples still remember where they began.
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        var process = new ReverseDiffusion(Schedule, Unclipped);
        Tensor x = Run(
            new ExactModel(Schedule, data), process, full(Count, 1, 2.0, dtype: float64), 400, Short with { StepsPerLevel = 30 });
        double mean = Math.Sqrt(process.Coefficients.AlphaBars[400]) * Components.Sum(part => part.Weight * part.Mean);
        (x.mean().item<double>() - mean).Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void Step_ScoreNorm_WidensTheMarginalByFourOverD()
    {
        using var scope = NewDisposeScope();
        const int D = 64, Samples = 500;
        using var data = GaussianMixtureData.Gaussian(full(D, 0.3, dtype: float64), eye(D, dtype: float64) * 0.2);
        var process = new ReverseDiffusion(Schedule, Unclipped);
        var options = new LangevinOptions { SignalToNoise = 0.1, StepsPerLevel = 250 };
        Tensor x = Run(new ExactModel(Schedule, data), process, zeros(Samples, D, dtype: float64), 200, options);
        double alphaBar = process.Coefficients.AlphaBars[200], variance = 0.2 * alphaBar + 1 - alphaBar;
        Tensor centred = x - 0.3 * Math.Sqrt(alphaBar);
        Math.Abs(centred.mean().item<double>()).Should().BeLessThan(3.89 * Math.Sqrt(variance / (D * Samples)));
        // δ ∝ ‖z‖²/‖s‖² favours large ‖z‖, by E‖z‖⁴/(E‖z‖²)² = 1 + 2/D, and stays longer where ‖s‖ is large, by as much: 1.064 here, and
        // 1.005 for an image of 28 x 28. The discretisation adds 1 %.
        double ratio = centred.square().mean().item<double>() / variance, widening = (1 + 2.0 / D) * (1 + 2.0 / D);
        double error = 3.89 * Math.Sqrt(2.0 / (D * Samples));
        ratio.Should().BeInRange(widening - error, widening * 1.012 + error);
    }

    [Theory]
    [InlineData("langevin", 0.05)]
    [InlineData("predictor-corrector", 0.03)]
    public void Sample_Mixture_IsTheData(string name, double tolerance)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(150);
        var options = new LangevinOptions
        {
            SignalToNoise = 0.3,
            StepsPerLevel = name == "langevin" ? 10 : 1,
            StepSize = LangevinStepSize.NoiseLevel,
        };
        var model = new ExactModel(Schedule, data);
        DiffusionSampler sampler = name == "langevin"
            ? new LangevinSampler(model, process, options)
            : new PredictorCorrectorSampler(model, process, options);
        using Tensor samples = sampler.Sample(Request(3000) with { BatchSize = 3000 });

        double mean = Components.Sum(part => part.Weight * part.Mean);
        double variance = Components.Sum(part => part.Weight * Central(part.Mean - mean, part.Variance, 2));
        double share = Components.Sum(part => part.Weight * Normal(-part.Mean / Math.Sqrt(part.Variance)));
        double below = (samples < 0).to(float64).mean().item<double>();
        below.Should().BeApproximately(share, tolerance);
        samples.mean().item<double>().Should().BeApproximately(mean, tolerance);
        (samples - mean).square().mean().item<double>().Should().BeApproximately(variance, tolerance);
        // Annealing ends with x̂_0, in which less noise than in x_0 remains: within each component the spread is right.
        Tensor left = samples.masked_select(samples < -0.5);
        left.std().item<double>().Should().BeApproximately(Math.Sqrt(Components[0].Variance), 0.02);
    }

    [Theory]
    [InlineData(10, 20)]
    [InlineData(50, 2)]
    [InlineData(100, 2)]
    [InlineData(1000, 2)]
    public void Sample_DefaultsAtAnyLevels_AreTheData(int levels, int steps)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(levels, SamplingMethod.Langevin.DefaultSpacing);
        LangevinOptions.Annealing(process.Coefficients).StepsPerLevel.Should().Be(steps);
        var sampler = new LangevinSampler(new ExactModel(Schedule, data), process);
        using Tensor samples = sampler.Sample(Request(2000) with { BatchSize = 2000 });
        // Levels are left before a far component has its share: Langevin steps do not mix between distant peaks.
        double mean = Components.Sum(part => part.Weight * part.Mean);
        double variance = Components.Sum(part => part.Weight * Central(part.Mean - mean, part.Variance, 2));
        samples.mean().item<double>().Should().BeApproximately(mean, 0.12);
        (samples - mean).square().mean().item<double>().Should().BeApproximately(variance, 0.12);
        using Tensor left = samples.masked_select(samples < -0.5);
        // Up to twice the level's noise is left on the way: peaks are up to 1.3 times as wide, and never narrower.
        double width = left.std().item<double>() / Math.Sqrt(Components[0].Variance);
        width.Should().BeInRange(0.95, 1.3);
    }

    [Fact]
    public void Sample_TooFewStepsAtALevel_RunsAway()
    {
        // What the defaults prevent: the noise of one level outgrows the steps of the next.
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(10, SamplingMethod.Langevin.DefaultSpacing);
        LangevinOptions stable = LangevinOptions.Annealing(process.Coefficients);
        using Tensor samples = new LangevinSampler(new ExactModel(Schedule, data), process, stable with { StepsPerLevel = 2 })
            .Sample(Request(200));
        samples.std().item<double>().Should().BeGreaterThan(2);
    }

    [Theory]
    [InlineData(10, 20, 81)]
    [InlineData(20, 5, 20)]
    [InlineData(50, 2, 8)]
    [InlineData(100, 2, 6)]
    [InlineData(1000, 2, 6)]
    public void Annealing_TableOfTheGuide_IsWhatIsTaken(int levels, int steps, int stepsOfSmallerRatio)
    {
        var coefficients = new DiffusionCoefficients(KnownSpacings.Karras.Respace(Schedule, levels));
        LangevinOptions.Annealing(coefficients).StepsPerLevel.Should().Be(steps);
        LangevinOptions.Annealing(coefficients, 0.2).StepsPerLevel.Should().Be(stepsOfSmallerRatio);
        LangevinOptions.Annealing(new DiffusionCoefficients(new CosineSchedule(1000))).StepsPerLevel.Should().Be(42);
    }

    [Fact]
    public void Annealing_SettingsThatCannotBeStable_AreRefused()
    {
        static DiffusionCoefficients Levels(int count) => new(KnownSpacings.Karras.Respace(Schedule, count));
        FluentActions.Invoking(() => LangevinOptions.Annealing(Levels(10), stepsPerLevel: 19)).Should().Throw<ArgumentException>()
            .WithMessage("stepsPerLevel must be at least 20 for r = 0.4 at these 10 noise levels, *, but is 19.*");
        LangevinOptions.Annealing(Levels(10), stepsPerLevel: 20).StepsPerLevel.Should().Be(20);
        LangevinOptions.Annealing(Levels(10), 0.16, 150).Should()
            .Be(new LangevinOptions { SignalToNoise = 0.16, StepsPerLevel = 150, StepSize = LangevinStepSize.NoiseLevel });
        FluentActions.Invoking(() => LangevinOptions.Annealing(Levels(10), 0.16)).Should().Throw<ArgumentException>()
            .WithMessage("coefficients must have noise levels so near to each other that 100 Langevin steps at each suffice for r = 0.16, "
                + "but these 10 need more: take more levels, or a larger r.*");
        FluentActions.Invoking(() => LangevinOptions.Annealing(Levels(10), 0.71)).Should().Throw<ArgumentException>()
            .WithMessage("signalToNoise must be at most 0.707 *, but is 0.71.*");
        FluentActions.Invoking(() => LangevinOptions.Annealing(Levels(10), 0)).Should().Throw<ArgumentException>()
            .WithMessage("signalToNoise must be positive and finite, but is 0.*");
        FluentActions.Invoking(() => LangevinOptions.Annealing(Levels(10), 0.4, 0)).Should().Throw<ArgumentException>()
            .WithMessage("stepsPerLevel must be at least 1, but is 0.*");
    }

    [Fact]
    public void Sample_PredictorCorrectorWithoutItsCorrector_IsAlgorithm2()
    {
        // So small a step that only the predictor acts, but with other noise than the ancestral sampler's: the first draw is the
        // corrector's.
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(40);
        var model = new ExactModel(Schedule, data);
        var still = new LangevinOptions { SignalToNoise = 1e-12, StepsPerLevel = 1, StepSize = LangevinStepSize.NoiseLevel };
        var shifted = new Shifted(new PerSampleNoise(5), 40);
        using Tensor expected = new DdpmSampler(model, process).Sample(Request(20) with { Noise = shifted });
        using Tensor actual = new PredictorCorrectorSampler(model, process, still).Sample(Request(20));
        (actual - expected).abs().max().item<double>().Should().BeLessThan(1e-9);
    }

    [Theory]
    [InlineData(LangevinStepSize.ScoreNorm)]
    [InlineData(LangevinStepSize.NoiseLevel)]
    public void Sample_AnyBatchShardAndStart_GivesTheSameSamples(LangevinStepSize size)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(10);
        var model = new ExactModel(Schedule, data);
        var options = new LangevinOptions { StepSize = size, StepsPerLevel = 2 };
        foreach (DiffusionSampler sampler in new DiffusionSampler[]
        {
            new LangevinSampler(model, process, options), new PredictorCorrectorSampler(model, process, options),
        })
        {
            using Tensor whole = sampler.Sample(Request(7));
            using Tensor one = sampler.Sample(Request(7) with { BatchSize = 1 });
            using Tensor last = sampler.Sample(Request(2) with { FirstSample = 5 });
            one.Equals(whole).Should().BeTrue();
            last.Equals(whole[5..]).Should().BeTrue();
            var seen = new List<long>();
            sampler.Sample(Request(3), new Relayed(progress => seen.Add(progress.StepsDone))).Dispose();
            seen.Should().Equal(Enumerable.Range(1, 10).Select(step => (long)step));
            foreach (SamplingState state in sampler.Steps(Request(7)))
            {
                if (state.Timestep is 0 or 10) continue;
                using Tensor rest = sampler.SampleFrom(state.X, state.Timestep - 1, new PerSampleNoise(5));
                rest.Equals(whole).Should().BeTrue("from t = {0}", state.Timestep - 1);
            }
        }
    }

    [Fact]
    public void Hook_ReplacingX0_ActsInEveryCall()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        ReverseDiffusion process = new ReverseDiffusion(Schedule, Unclipped).Respace(10);
        var hook = new Fixed(0.25);
        var sampler = new PredictorCorrectorSampler(new ExactModel(Schedule, data), process, LangevinOptions.Corrector);
        using Tensor samples = sampler.Sample(Request(3) with { Hook = hook });
        (samples - 0.25).abs().max().item<double>().Should().BeLessThan(1e-12);
        hook.Timesteps.Should().Equal(Enumerable.Range(0, 10).Reverse().SelectMany(t => new[] { t, t }));
        var annealed = new LangevinSampler(new ExactModel(Schedule, data), process);
        using Tensor ended = annealed.Sample(Request(3) with { Hook = new Fixed(-1) });
        (ended + 1).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Theory]
    [InlineData(1, 2, LangevinStepSize.ScoreNorm, null)]
    [InlineData(0, 2, LangevinStepSize.ScoreNorm, "SignalToNoise must be positive and finite, but is 0.*")]
    [InlineData(double.NaN, 2, LangevinStepSize.ScoreNorm, "SignalToNoise must be positive and finite, but is NaN.*")]
    [InlineData(1, 0, LangevinStepSize.ScoreNorm, "StepsPerLevel must be at least 1, but is 0.*")]
    [InlineData(1, 1, (LangevinStepSize)7, "StepSize must be ScoreNorm or NoiseLevel, but is 7.*")]
    public void Options_OutOfRange_AreNamed(double ratio, int steps, LangevinStepSize size, string? message)
    {
        using GaussianMixtureData data = Mixture();
        var model = new ExactModel(Schedule, data);
        var options = new LangevinOptions { SignalToNoise = ratio, StepsPerLevel = steps, StepSize = size };
        foreach (Action create in new Action[]
        {
            () => _ = new LangevinSampler(model, new ReverseDiffusion(Schedule), options),
            () => _ = new PredictorCorrectorSampler(model, new ReverseDiffusion(Schedule), options),
        })
        {
            if (message is null) create.Should().NotThrow();
            else create.Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void Create_AnnealingWithoutSignalAtTheEnd_IsRefused()
    {
        using GaussianMixtureData data = Mixture();
        var process = new ReverseDiffusion(
            new ZeroTerminalSnrSchedule(Schedule), new ReverseDiffusionOptions { Prediction = Prediction.V, Clipping = X0Clipping.None });
        var model = new ExactModel(process.Coefficients.Schedule, data, Prediction.V);
        FluentActions.Invoking(() => new LangevinSampler(model, process)).Should().Throw<ArgumentException>()
            .WithMessage("process must leave some signal at t = 999*");
        // The corrector has nothing to do where x_T is pure noise.
        using Tensor samples = new PredictorCorrectorSampler(model, process.Respace(20)).Sample(Request(4));
        samples.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Again_InTheCallersOwnLoop_IsRefused()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => default(StepInput).Again(zeros(1, 1))).Should().Throw<InvalidOperationException>()
            .WithMessage("A step that asks the network again must be taken by a sampler, but is taken by itself.");
    }

    private static readonly (double Weight, double Mean, double Variance)[] Components = [(0.4, -1.0, 0.04), (0.6, 0.8, 0.09)];

    private static GaussianMixtureData Mixture() => new(
        tensor(Components.Select(part => part.Weight).ToArray()),
        tensor(Components.Select(part => part.Mean).ToArray()).reshape(2, 1),
        tensor(Components.Select(part => part.Variance).ToArray()).reshape(2, 1, 1));

    private static SamplingRequest Request(int count) =>
        new() { Count = count, SampleShape = [1], Noise = new PerSampleNoise(5), ElementType = float64, BatchSize = 4 };

    // Langevin steps at t alone, by the corrector's rule under a predictor that leaves x_t as it is.
    private static Tensor Run(IEpsilonModel model, ReverseDiffusion process, Tensor start, int t, LangevinOptions options)
    {
        using var rule = new LangevinRule(new LangevinSteps(process.Coefficients, options), new Stay());
        var random = new Generator(17);
        Tensor x = start;
        StepInput Ask(Tensor at)
        {
            using var noGradient = no_grad();
            return StepInput.Of(process, process.Predict(model, at, t), at, t) with { Network = Ask };
        }

        return rule.Advance(Ask(x), () => randn(x.shape, float64, generator: random));
    }

    // The central moments of a normal distribution about a point that is d from its mean.
    private static double Central(double d, double variance, int power) =>
        power == 2 ? d * d + variance : d * d * d * d + 6 * d * d * variance + 3 * variance * variance;

    private static double Normal(double x)
    {
        using Tensor value = special.ndtr(tensor(x, float64));
        return value.item<double>();
    }

    private sealed class Stay : StepRule
    {
        public override Tensor Advance(StepInput input, Func<Tensor> noise) => input.Xt;
    }

    private sealed class Shifted(INoiseSource noise, int by) : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) =>
            noise.Draw(request.Step == 0 ? request : request with { Step = request.Step + by });
    }

    private sealed class Relayed(Action<SamplingProgress> report) : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value) => report(value);
    }

    private sealed class Fixed(double value) : IStepHook
    {
        public List<int> Timesteps { get; } = [];

        public Tensor ReplaceX0(SamplingStepInfo info, Tensor x0)
        {
            Timesteps.Add(info.Timestep);
            return full_like(x0, value);
        }
    }
}
