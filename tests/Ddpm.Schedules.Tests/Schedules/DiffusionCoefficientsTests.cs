namespace Ddpm.Schedules.Tests.Schedules;

public sealed class DiffusionCoefficientsTests
{
    [Fact]
    public void Constructor_BetaOutsideTheUnitInterval_NamesTheTimestep()
    {
        FluentActions.Invoking(() => new DiffusionCoefficients(new Tabulated(0.1, 1.5, 0.2))).Should().Throw<ArgumentException>()
            .WithMessage("*β = 1.5 at t = 1 of 3*");
        FluentActions.Invoking(() => new DiffusionCoefficients(new Tabulated(0.1, double.NaN))).Should().Throw<ArgumentException>()
            .WithMessage("*β = NaN at t = 1 of 2*");
        FluentActions.Invoking(() => new DiffusionCoefficients(new Tabulated(1, 0.1))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new DiffusionCoefficients(new Tabulated())).Should().Throw<ArgumentException>()
            .WithMessage("*at least 1 timestep*");
    }

    [Fact]
    public void Constructor_LastBetaOne_IsAllowed() => new DiffusionCoefficients(new Tabulated(0.1, 1)).AlphaBars[1].Should().Be(0);

    [Fact]
    public void Tables_RandomSchedule_FollowFromTheirDefinitions()
    {
        var c = new DiffusionCoefficients(new Tabulated(0.01, 0.3, 0.002, 0.2));
        double alphaBar = 1;
        for (int t = 0; t < 4; t++)
        {
            double previous = alphaBar;
            alphaBar *= 1 - c.Betas[t];
            c.AlphaBars[t].Should().BeApproximately(alphaBar, 1e-15);
            c.AlphaBarsPrevious[t].Should().BeApproximately(previous, 1e-15);
            c.PosteriorVariances[t].Should().BeApproximately((1 - previous) / (1 - alphaBar) * c.Betas[t], 1e-15);
            c.SignalToNoiseRatios[t].Should().BeApproximately(alphaBar / (1 - alphaBar), 1e-12);
        }
    }

    private sealed class Tabulated(params double[] betas) : IVarianceSchedule
    {
        public int Timesteps => betas.Length;

        public double Beta(int t) => betas[t];
    }
}
