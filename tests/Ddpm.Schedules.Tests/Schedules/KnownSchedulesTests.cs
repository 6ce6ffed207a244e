namespace Ddpm.Schedules.Tests.Schedules;

public sealed class KnownSchedulesTests
{
    [Theory]
    [InlineData("linear", typeof(LinearSchedule))]
    [InlineData("scaled_linear", typeof(QuadraticSchedule))]
    [InlineData("cosine", typeof(CosineSchedule))]
    [InlineData("squaredcos_cap_v2", typeof(CosineSchedule))]
    [InlineData("sigmoid", typeof(SigmoidSchedule))]
    [InlineData("laplace", typeof(LaplaceSchedule))]
    public void Create_EveryName_GivesItsScheduleWithTheRangeOrRefusesOne(string name, Type type)
    {
        KnownSchedules.Names.Should().Contain(name).And.HaveCount(6);
        IVarianceSchedule schedule = KnownSchedules.Create(name, 50);
        schedule.Should().BeOfType(type);
        schedule.Timesteps.Should().Be(50);
        if (KnownSchedules.HasRange(name))
        {
            IVarianceSchedule ranged = KnownSchedules.Create(name, 50, 0.001, 0.3);
            ranged.Beta(0).Should().BeLessThan(ranged.Beta(49)).And.BeGreaterThanOrEqualTo(0.0009);
            ranged.Beta(49).Should().BeInRange(0.29, 0.3000001);
            FluentActions.Invoking(() => KnownSchedules.Create(name, betaStart: 0)).Should().Throw<ArgumentOutOfRangeException>();
            return;
        }

        FluentActions.Invoking(() => KnownSchedules.Create(name, betaEnd: 0.1)).Should().Throw<ArgumentException>()
            .WithMessage($"betaEnd must be null for the schedule {name}, which has no range of β, but is 0.1.*");
    }

    [Fact]
    public void Create_UnknownName_ListsTheKnown() =>
        FluentActions.Invoking(() => KnownSchedules.Create("square")).Should().Throw<ArgumentException>().WithMessage(
            "name must be one of linear, scaled_linear, cosine, squaredcos_cap_v2, sigmoid, laplace, but is \"square\".*");
}
