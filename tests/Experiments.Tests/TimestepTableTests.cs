using System.Collections.Immutable;
using Ddpm.Plotting;

namespace Ddpm.Experiments.Tests;

public sealed class TimestepTableTests
{
    [Fact]
    public void Losses_Rows_AreIntervalsWithTheirErrors()
    {
        ResultRow Row(double error) =>
            new(ImmutableSortedDictionary<string, Measured>.Empty.Add("squared error of ε", new Measured(error, 0.1)));
        var rows = new Dictionary<string, ResultRow> { ["0 … 49"] = Row(0.25), ["50 … 99"] = Row(0.5) };
        TimestepTable.Losses(rows).Should().Equal(new TimestepLoss(0, 49, 0.25), new TimestepLoss(50, 99, 0.5));
    }
}
