namespace Ddpm.Schedules.Tests.Schedules;

public sealed class ScheduleTests
{
    public static TheoryData<string> Names =>
        ["linear", "scaled", "quadratic", "constant", "harmonic", "warmup", "cosine", "laplace", "sigmoid", "tabulated", "zero SNR",
            "respaced"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Beta_OutsideTheTimesteps_Throws(string name)
    {
        IVarianceSchedule schedule = Make(name);
        foreach (int t in new[] { -1, schedule.Timesteps })
        {
            FluentActions.Invoking(() => schedule.Beta(t)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage($"t must be a timestep 0 … {schedule.Timesteps - 1}, but is {t}*");
        }
    }

    [Fact]
    public void Constructor_OutOfRange_NamesTheArgument()
    {
        (Action Make, string Name)[] cases =
        [
            (() => _ = new QuadraticSchedule(0), "timesteps"), (() => _ = new QuadraticSchedule(10, 0), "betaStart"),
                (() => _ = new QuadraticSchedule(10, 0.1, 1.5), "betaEnd"),
            (() => _ = new ConstantSchedule(0), "timesteps"), (() => _ = new ConstantSchedule(10, double.NaN), "beta"),
            (() => _ = new HarmonicSchedule(0), "timesteps"),
            (() => _ = new WarmupSchedule(0), "timesteps"), (() => _ = new WarmupSchedule(10, 1.1), "fraction"),
                (() => _ = new WarmupSchedule(10, 0.5, 1), "betaStart"), (() => _ = new WarmupSchedule(10, 0.5, 0.1, -1), "betaEnd"),
            (() => _ = new CosineSchedule(0), "timesteps"), (() => _ = new CosineSchedule(10, -0.1), "offset"),
                (() => _ = new CosineSchedule(10, 0.008, 1), "betaMaximum"),
            (() => _ = new LaplaceSchedule(0), "timesteps"), (() => _ = new LaplaceSchedule(10, 2), "betaMaximum"),
            (() => _ = new SigmoidSchedule(0), "timesteps"), (() => _ = new SigmoidSchedule(10, 1), "betaStart"),
                (() => _ = new SigmoidSchedule(10, 0.1, 0), "betaEnd"),
            (() => _ = LinearSchedule.Scaled(20), "timesteps"),
        ];
        foreach ((Action make, string name) in cases) make.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    [Fact]
    public void Tabulated_BadList_NamesTheEntry()
    {
        FluentActions.Invoking(() => new TabulatedSchedule([])).Should().Throw<ArgumentException>()
            .WithMessage("betas must have at least 1 entry*");
        FluentActions.Invoking(() => new TabulatedSchedule([0.1, double.NaN, 0.2])).Should().Throw<ArgumentException>()
            .WithMessage("*betas[1] of 3 is NaN*");
        FluentActions.Invoking(() => new TabulatedSchedule([0.1, 1, 0.2])).Should().Throw<ArgumentException>()
            .WithMessage("*betas[1] of 3 is 1*");
        new TabulatedSchedule([0.1, 1]).Timesteps.Should().Be(2);
    }

    [Fact]
    public void ZeroTerminalSnr_AnySchedule_KeepsTheFirstAndLosesTheLast()
    {
        DiffusionCoefficients original = new(new QuadraticSchedule()), rescaled = new(new ZeroTerminalSnrSchedule(new QuadraticSchedule()));

        rescaled.AlphaBars[^1].Should().Be(0);
        rescaled.AlphaBars[0].Should().BeApproximately(original.AlphaBars[0], 1e-15);
        rescaled.PosteriorVariances[^1].Should().BeApproximately(1 - rescaled.AlphaBars[^2], 1e-15);
        FluentActions.Invoking(() => new ZeroTerminalSnrSchedule(new LinearSchedule(1))).Should().Throw<ArgumentException>()
            .WithMessage("original must have at least 2 timesteps*");
    }

    [Fact]
    public void Respaced_Twice_TellsTheNetworkTheOriginalTimesteps()
    {
        var once = new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Leading(1000, 100));
        var twice = new RespacedSchedule(once, [0, 7, 99]);

        Enumerable.Range(0, 3).Select(i => ((IVarianceSchedule)twice).ModelTimestep(i)).Should().Equal(0, 70, 990);
        var c = new DiffusionCoefficients(twice);
        var original = new DiffusionCoefficients(new LinearSchedule());
        c.AlphaBars.ShouldBeClose([original.AlphaBars[0], original.AlphaBars[70], original.AlphaBars[990]], 1e-11, 0, "ᾱ");
        IVarianceSchedule wrapped = new ZeroTerminalSnrSchedule(once);
        wrapped.ModelTimestep(5).Should().Be(50);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Coefficients_SinglePrecision_AreNearTheDoubleOnes(string name)
    {
        DiffusionCoefficients exact = new(Make(name)), single = new(Make(name), TablePrecision.SinglePrecision);

        single.Precision.Should().Be(TablePrecision.SinglePrecision);
        single.AlphaBars.ShouldBeClose([.. exact.AlphaBars], 2e-5, 1e-7, "ᾱ");
        single.PosteriorMeanXtWeights.ShouldBeClose([.. exact.PosteriorMeanXtWeights], 5e-3, 1e-5, "posterior weight of x_t");
        single.Betas.Should().OnlyContain(beta => beta == (float)beta, "they are float32 numbers");
        single.AlphaBars.Should().OnlyContain(value => value == (float)value);
    }

    [Fact]
    public void Coefficients_UndefinedPrecision_IsRefused() =>
        FluentActions.Invoking(() => new DiffusionCoefficients(new LinearSchedule(), (TablePrecision)7))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("precision");

    internal static IVarianceSchedule Make(string name) => name switch
    {
        "linear" => new LinearSchedule(50),
        "scaled" => LinearSchedule.Scaled(50),
        "quadratic" => new QuadraticSchedule(50),
        "constant" => new ConstantSchedule(50),
        "harmonic" => new HarmonicSchedule(50),
        "warmup" => new WarmupSchedule(50),
        "cosine" => new CosineSchedule(50),
        "laplace" => new LaplaceSchedule(50),
        "sigmoid" => new SigmoidSchedule(50),
        "tabulated" => new TabulatedSchedule([0.1, 0.05, 0.3]),
        "zero SNR" => new ZeroTerminalSnrSchedule(new LinearSchedule(50)),
        "respaced" => new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, 50)),
        _ => throw new InvalidDataException(name),
    };
}
