using System.Collections.Immutable;

namespace Ddpm.Experiments.Tests;

public sealed class ResultRowTests
{
    private static readonly ResultRow Failed = ResultRow.Failed("not finite");

    [Fact]
    public void Mean_OfSeveralTrainings_HasTheDeviationBetweenThem()
    {
        ResultRow mean = ResultRow.Mean([Row(1, 100), Row(2, 100), Row(6, 100)]);
        mean.Note.Should().BeNull();
        mean.Measures.Keys.Should().Equal("FID");
        mean.Measures["FID"].Value.Should().BeApproximately(3, 1e-12);
        mean.Measures["FID"].Error.Should().BeApproximately(Math.Sqrt(7), 1e-12); // (4 + 1 + 9) / 2; errors of their own play no part
    }

    [Fact]
    public void Mean_OfOneTraining_IsItsOwn() => ResultRow.Mean([Row(1, 0.5)]).Should().BeEquivalentTo(Row(1, 0.5));

    [Fact]
    public void Mean_WithFailedTrainings_SaysHowManyAreInIt()
    {
        ResultRow two = ResultRow.Mean([Row(1, 0.5), Failed, Row(3, 0.5)]);
        ResultRow one = ResultRow.Mean([Failed, Row(1, 0.5)]);
        ResultRow none = ResultRow.Mean([Failed, Failed]);
        (two.Measures["FID"].Value, two.Note).Should().Be((2.0, "2 of 3 trainings; not finite"));
        (one.Measures["FID"], one.Note).Should().Be((new Measured(1, 0.5), "1 of 2 trainings; not finite"));
        (none.Measures.Count, none.Note).Should().Be((0, "0 of 2 trainings; not finite"));
    }

    private static ResultRow Row(double value, double error) =>
        new(ImmutableSortedDictionary<string, Measured>.Empty.Add("FID", new Measured(value, error)));
}
