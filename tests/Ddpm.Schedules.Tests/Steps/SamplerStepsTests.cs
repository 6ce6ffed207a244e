namespace Ddpm.Schedules.Tests.Steps;

public sealed class SamplerStepsTests
{
    private static readonly DiffusionCoefficients Respaced = new(
        new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Linspace(1000, 60)));

    public static TheoryData<string> Names =>
        ["small", "ddim", "ddim 0.5", "ddim 1", "dpm-solver++", "ipndm", "unipc", "unipc 1", "unipc 3"];

    [Theory]
    [MemberData(nameof(Names))]
    public void At_ExactEstimates_KeepTheMarginalsOfTheForwardProcess(string name)
    {
        // With x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε and the true x_0 and ε the step must lead to signal √ᾱ_{t-1} and noise of variance 1-ᾱ_{t-1}.
        SamplerSteps steps = Make(name, Respaced);
        DiffusionCoefficients c = Respaced;
        for (int t = 0; t < c.Timesteps; t++)
        {
            for (int known = 1; known <= steps.Order; known++)
            {
                StepCoefficients step = steps.At(t, known);
                double noise = step.Xt * c.SqrtOneMinusAlphaBars[t] + step.Epsilon;

                step.Weights.Length.Should().BeInRange(1, known);
                step.Weights.Sum().Should().BeApproximately(1, 1e-12);
                (step.Xt * c.SqrtAlphaBars[t] + step.X0).Should().BeApproximately(Math.Sqrt(c.AlphaBarsPrevious[t]), 1e-12, "t = {0}", t);
                (noise * noise + step.Noise * step.Noise).Should().BeApproximately(1 - c.AlphaBarsPrevious[t], 1e-12, "t = {0}", t);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_LastStep_AddsNoNoise(string name) => Make(name, Respaced).At(0).Noise.Should().Be(0);

    [Fact]
    public void Ancestral_BothVariances_AreThePosteriorsAndBeta()
    {
        AncestralSteps small = AncestralSteps.FixedSmall(Respaced), large = AncestralSteps.FixedLarge(Respaced);
        for (int t = 1; t < Respaced.Timesteps; t++)
        {
            small.At(t).Noise.Should().Be(Math.Sqrt(Respaced.PosteriorVariances[t]));
            large.At(t).Should().Be(small.At(t) with { Noise = Math.Sqrt(Respaced.Betas[t]) });
        }
    }

    [Fact]
    public void Ddim_Inverse_UndoesTheStepOfTheSameEstimates()
    {
        var steps = new DdimSteps(Respaced);
        for (int t = 0; t < Respaced.Timesteps; t++)
        {
            StepCoefficients back = steps.Inverse(t);
            back.X0.Should().Be(Respaced.SqrtAlphaBars[t]);
            back.Epsilon.Should().Be(Respaced.SqrtOneMinusAlphaBars[t]);
            if (t == 0) continue;
            steps.At(t).X0.Should().BeApproximately(steps.Inverse(t - 1).X0, 1e-15);
            steps.At(t).Epsilon.Should().BeApproximately(steps.Inverse(t - 1).Epsilon, 1e-12);
        }
    }

    [Theory]
    [InlineData("ddim", 0.04)]
    [InlineData("dpm-solver++", 0.004)]
    [InlineData("ipndm", 0.004)]
    [InlineData("unipc", 0.004)]
    [InlineData("unipc 3", 0.004)]
    public void Run_PlainNumbersOfNormalData_FollowTheProbabilityFlow(string name, double tolerance)
    {
        // For data N(m, v) the ideal x̂_0 is known, and (x - √ᾱ m)/√(ᾱ v + 1-ᾱ) does not change along the flow.
        const double Mean = 0.4, Variance = 0.3, Start = 1.2;
        var schedule = new LinearSchedule();
        var c = new DiffusionCoefficients(new RespacedSchedule(schedule, TimestepSpacing.Karras(schedule, 60)));
        double Ideal(double xt, int t)
        {
            double alphaBar = c.AlphaBars[t], total = alphaBar * Variance + 1 - alphaBar;
            return Mean + Math.Sqrt(alphaBar) * Variance / total * (xt - Math.Sqrt(alphaBar) * Mean);
        }

        double last = c.AlphaBars[^1];
        double exact = Mean + (Start - Math.Sqrt(last) * Mean) * Math.Sqrt(Variance / (last * Variance + 1 - last));

        Run(Make(name, c), Start, Ideal).Should().BeApproximately(exact, tolerance);
    }

    [Fact]
    public void At_OutOfRange_NamesTheArgument()
    {
        FluentActions.Invoking(() => new DdimSteps(Respaced).At(60)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("t must be a timestep 0 … 59*");
        FluentActions.Invoking(() => new DpmSolverSteps(Respaced).At(5, 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("known must be 1 … 2 for DpmSolverSteps, but is 3*");
        FluentActions.Invoking(() => new PndmSteps(Respaced).At(5, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("known");
        FluentActions.Invoking(() => new UniPcSteps(Respaced, 3).At(5, 5)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("known must be 1 … 4 for UniPcSteps, but is 5*");
        FluentActions.Invoking(() => new UniPcSteps(Respaced, 4)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("order must be 1 … 3, but is 4*");
        FluentActions.Invoking(() => new DdimSteps(Respaced, 1.5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("eta");
        FluentActions.Invoking(() => new PndmSteps(new DiffusionCoefficients(new HarmonicSchedule(10)))).Should().Throw<ArgumentException>()
            .WithMessage("coefficients must leave some signal at t = 9*");
    }

    /// <summary>A deterministic run on one number: all that an engine without tensors has to do.</summary>
    private static double Run(SamplerSteps steps, double x, Func<double, int, double> predictX0)
    {
        DiffusionCoefficients c = steps.Coefficients;
        List<double> remembered = [];
        for (int t = c.Timesteps - 1; t >= 0; t--)
        {
            double x0 = predictX0(x, t), eps = steps.UsesEpsilon ? (x - c.SqrtAlphaBars[t] * x0) / c.SqrtOneMinusAlphaBars[t] : 0;
            remembered.Insert(0, steps.Remembers == RememberedValue.Epsilon ? eps : x0);
            StepCoefficients step = steps.At(t, Math.Min(remembered.Count, steps.Order));
            double mean = step.Weights.Zip(remembered, (weight, value) => weight * value).Sum();
            if (steps.Remembers == RememberedValue.X0) x0 = mean;
            if (steps.Remembers == RememberedValue.Epsilon) eps = mean;
            x = step.Xt * x + step.X0 * x0 + step.Epsilon * eps;
        }

        return x;
    }

    private static SamplerSteps Make(string name, DiffusionCoefficients c) => name switch
    {
        "small" => AncestralSteps.FixedSmall(c),
        "ddim" => new DdimSteps(c),
        "ddim 0.5" => new DdimSteps(c, 0.5),
        "ddim 1" => new DdimSteps(c, 1, rederiveNoise: false),
        "dpm-solver++" => new DpmSolverSteps(c),
        "ipndm" => new PndmSteps(c),
        "unipc" => new UniPcSteps(c),
        "unipc 1" => new UniPcSteps(c, 1),
        "unipc 3" => new UniPcSteps(c, 3),
        _ => throw new InvalidDataException(name),
    };
}
