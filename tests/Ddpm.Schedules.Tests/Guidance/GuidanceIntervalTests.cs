namespace Ddpm.Schedules.Tests.Guidance;

public sealed class GuidanceIntervalTests
{
    [Fact]
    public void OfSigmas_Range_HoldsTheTimestepsWithSuchNoise()
    {
        var coefficients = new DiffusionCoefficients(new LinearSchedule());
        double Sigma(int t) => Math.Sqrt(1 / coefficients.AlphaBars[t] - 1);

        GuidanceInterval interval = GuidanceInterval.OfSigmas(coefficients, 0.28, 5.42);

        Sigma(interval.First).Should().BeGreaterThanOrEqualTo(0.28);
        Sigma(interval.First - 1).Should().BeLessThan(0.28);
        Sigma(interval.Last).Should().BeLessThanOrEqualTo(5.42);
        Sigma(interval.Last + 1).Should().BeGreaterThan(5.42);
        GuidanceInterval.OfSigmas(coefficients, 0, double.PositiveInfinity).Should().Be(new GuidanceInterval(0, 999));
        interval.Contains(interval.First).Should().BeTrue();
        interval.Contains(interval.Last + 0.5).Should().BeFalse();
        interval.ToString().Should().Be($"{interval.First} … {interval.Last}");
    }

    [Fact]
    public void Limits_OutOfRange_AreNamed()
    {
        var coefficients = new DiffusionCoefficients(new LinearSchedule());
        FluentActions.Invoking(() => new GuidanceInterval(-1, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("First");
        FluentActions.Invoking(() => new GuidanceInterval(4, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Last")
            .WithMessage("Last must be at least 4, but is 3.*");
        FluentActions.Invoking(() => GuidanceInterval.OfSigmas(coefficients, double.NaN, 1)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("least");
        FluentActions.Invoking(() => GuidanceInterval.OfSigmas(coefficients, 2, 1)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("most");
        FluentActions.Invoking(() => GuidanceInterval.OfSigmas(coefficients, 1000, 2000)).Should()
            .Throw<ArgumentException>().WithMessage("least … most must hold the σ of a timestep, 0.01 … 157.4, but are 1000 … 2000.*");
    }
}
