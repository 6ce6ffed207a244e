namespace Ddpm.Models.Tests.Inference.Plans;

public sealed class WorkDivisionTests
{
    [Fact]
    public void Of_AnySizes_CoversEveryRowAndPanelOnce()
    {
        var sizes =
            from rows in new[] { 1, 4, 8, 9, 63, 64, 65, 1000 }
            from most in new[] { 3, 16, 64 }
            from panels in new[] { 1, 2, 5, 8 }
            from weights in new[] { 1000L, 10_000_000L }
            from threads in new[] { 1, 2, 3, 16 }
            select (rows, most, panels, weights, threads);
        foreach ((int rows, int most, int panels, long weights, int threads) in sizes)
        {
            WorkDivision division = WorkDivision.Of(rows, most, 8, panels, weights, threads);
            int[] seen = new int[rows * panels];
            for (int part = 0; part < division.Parts; part++)
            {
                (int first, int end) = division.Rows(part, rows);
                (int firstPanel, int endPanel) = division.Panels(part, panels);
                // A chunk is what the caches hold, and blocks of rows are whole.
                (end - first >= 1 && end - first <= Math.Max(8, most) && first % 8 == 0)
                    .Should().BeTrue("{0} to {1} of {2} rows, {3} at most", first, end, rows, most);
                for (int row = first; row < end; row++)
                {
                    for (int panel = firstPanel; panel < endPanel; panel++) seen[row * panels + panel]++;
                }
            }

            seen.All(times => times == 1)
                .Should().BeTrue("{0} rows, {1} at most, {2} panels, {3} weights, {4} threads", rows, most, panels, weights, threads);
        }
    }

    [Theory]
    [InlineData(64, 64, 1, 1000, 2, 2)] // few weights: each thread takes rows
    [InlineData(16, 64, 8, 10_000_000, 2, 2)] // many: each takes panels
    [InlineData(200, 64, 8, 1000, 2, 4)] // as many parts for each thread
    public void Of_FewRows_GivesEveryThreadSomething(int rows, int most, int panels, long weights, int threads, int expected) =>
        WorkDivision.Of(rows, most, 8, panels, weights, threads).Parts.Should().Be(expected);
}
