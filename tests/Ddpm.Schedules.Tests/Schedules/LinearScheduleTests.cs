namespace Ddpm.Schedules.Tests.Schedules;

public sealed class LinearScheduleTests
{
    [Fact]
    public void Coefficients_OfThePaper_HaveThePublishedValues()
    {
        var c = new DiffusionCoefficients(new LinearSchedule());

        // Computed in float64 from the paper's definition, independently of this code.
        c.Timesteps.Should().Be(1000);
        c.Betas[0].Should().Be(1e-4);
        c.Betas[1].Should().BeApproximately(1.1991991991992e-4, 1e-17);
        c.Betas[999].Should().Be(0.02);
        c.AlphaBars[0].Should().Be(0.9999);
        c.AlphaBars[1].Should().BeApproximately(0.9997800920720721, 1e-15);
        c.AlphaBars[99].Should().BeApproximately(0.89701814567496, 1e-13);
        c.AlphaBars[249].Should().BeApproximately(0.5240853738253606, 1e-13);
        c.AlphaBars[499].Should().BeApproximately(0.07858724288177821, 1e-14);
        c.AlphaBars[999].Should().BeApproximately(4.0358297653756754e-5, 1e-17);
        c.SqrtAlphaBars[999].Should().BeApproximately(0.006352818, 1e-9);
        c.PosteriorVariances[0].Should().Be(0);
        c.PosteriorVariances[1].Should().BeApproximately(5.4531876613e-5, 1e-14);
        c.PosteriorVariances[999].Should().BeApproximately(0.01999998352656, 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(4000)]
    public void Beta_AnyLength_RunsEvenlyFromStartToEnd(int timesteps)
    {
        var schedule = new LinearSchedule(timesteps, 0.001, 0.01);

        schedule.Beta(0).Should().Be(0.001);
        if (timesteps > 1) schedule.Beta(timesteps - 1).Should().Be(0.01);
        for (int t = 2; t < timesteps; t++)
        {
            (schedule.Beta(t) - 2 * schedule.Beta(t - 1) + schedule.Beta(t - 2)).Should().BeApproximately(0, 1e-16);
        }
    }

    [Theory]
    [InlineData(0, 1e-4, 0.02, "timesteps")]
    [InlineData(-5, 1e-4, 0.02, "timesteps")]
    [InlineData(10, 0, 0.02, "betaStart")]
    [InlineData(10, double.NaN, 0.02, "betaStart")]
    [InlineData(10, 1e-4, 1, "betaEnd")]
    [InlineData(10, 1e-4, -0.1, "betaEnd")]
    public void Constructor_OutOfRange_NamesTheArgument(int timesteps, double start, double end, string name) =>
        FluentActions.Invoking(() => new LinearSchedule(timesteps, start, end)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void Beta_TimestepOutOfRange_Throws(int t) =>
        FluentActions.Invoking(() => new LinearSchedule(10).Beta(t)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("t must be a timestep 0 … 9*");
}
