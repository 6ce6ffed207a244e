namespace Ddpm.Core.Tests.Reverse;

/// <summary>A process over fewer timesteps.</summary>
public sealed class RespaceTests
{
    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall, Prediction = Prediction.V });

    [Fact]
    public void Respace_ByDefault_TakesTrailingTimestepsAndKeepsTheOptions()
    {
        ReverseDiffusion fifty = Process.Respace(50);
        fifty.Options.Should().Be(Process.Options);
        var schedule = (RespacedSchedule)fifty.Coefficients.Schedule;
        schedule.Original.Should().BeSameAs(Process.Coefficients.Schedule);
        schedule.Retained.Should().Equal(TimestepSpacing.Trailing(1000, 50));
    }

    [Fact]
    public void Respace_WithARule_TakesItsTimesteps()
    {
        var schedule = (RespacedSchedule)Process.Respace(20, KnownSpacings.Karras).Coefficients.Schedule;
        schedule.Retained.Should().Equal(TimestepSpacing.Karras(Process.Coefficients.Schedule, 20));
    }

    [Fact]
    public void Respace_OfARespacedProcess_CountsItsOwnTimesteps()
    {
        ReverseDiffusion twice = Process.Respace([0, 500, 999]).Respace([0, 2]);
        Enumerable.Range(0, 2).Select(t => twice.Coefficients.Schedule.ModelTimestep(t)).Should().Equal(0, 999);
    }

    [Fact]
    public void Respace_ToAllTimesteps_IsTheProcessItself()
    {
        Process.Respace(1000).Should().BeSameAs(Process);
        Process.Respace(Enumerable.Range(0, 1000)).Should().BeSameAs(Process);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public void Respace_OutOfRange_SaysSo(int steps) =>
        FluentActions.Invoking(() => Process.Respace(steps)).Should().Throw<ArgumentException>().WithMessage($"*1000*{steps}*");

    [Fact]
    public void Respace_ToTimestepsThatAreNone_SaysSo()
    {
        FluentActions.Invoking(() => Process.Respace([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Process.Respace([5, 5])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Process.Respace([0, 1000])).Should().Throw<ArgumentException>();
    }
}
