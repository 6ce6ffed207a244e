namespace Ddpm.Models.Tests.Inference.Native;

public sealed class WorkDivisionTests
{
    [Fact]
    public void Of_AnySizes_CoversEveryRowAndPanelOnce()
    {
        foreach (int rows in new[] { 1, 4, 8, 9, 63, 64, 65, 1000 })
        foreach (int most in new[] { 3, 16, 64 })
        foreach (int panels in new[] { 1, 2, 5, 8 })
        foreach (long weights in new[] { 1000L, 10_000_000L })
        foreach (int threads in new[] { 1, 2, 3, 16 })
        {
            WorkDivision division = WorkDivision.Of(rows, most, 8, panels, weights, threads);
            var seen = new int[rows, panels];
            for (int part = 0; part < division.Parts; part++)
            {
                (int first, int end) = division.Rows(part, rows);
                (int firstPanel, int endPanel) = division.Panels(part, panels);
                (end - first).Should().BeInRange(1, Math.Max(8, most), "a chunk is what the caches hold");
                (first % 8).Should().Be(0, "blocks of rows are whole");
                for (int row = first; row < end; row++)
                {
                    for (int panel = firstPanel; panel < endPanel; panel++) seen[row, panel]++;
                }
            }

            seen.Cast<int>().Should().AllBeEquivalentTo(1, "{0} rows, {1} at most, {2} panels, {3} weights, {4} threads", rows, most, panels, weights, threads);
        }
    }

    [Theory]
    [InlineData(64, 64, 1, 1000, 2, 2)] // few weights: each thread takes rows
    [InlineData(16, 64, 8, 10_000_000, 2, 2)] // many: each takes panels
    [InlineData(200, 64, 8, 1000, 2, 4)] // as many parts for each thread
    public void Of_FewRows_GivesEveryThreadSomething(int rows, int most, int panels, long weights, int threads, int expected) =>
        WorkDivision.Of(rows, most, 8, panels, weights, threads).Parts.Should().Be(expected);
}
