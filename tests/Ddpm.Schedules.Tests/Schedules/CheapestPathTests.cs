namespace Ddpm.Schedules.Tests.Schedules;

public sealed class CheapestPathTests
{
    [Theory]
    [InlineData(0.7)]
    [InlineData(1)]
    [InlineData(1.15)]
    public void Of_RandomCosts_IsTheBestOfAllPaths(double growth)
    {
        const int Points = 9;
        var random = new Random(5);
        var costs = new double[Points, Points];
        for (int from = 0; from < Points; from++)
        {
            // Negative costs too: differences of two distances may be.
            for (int to = 0; to < Points; to++) costs[from, to] = to > from ? random.NextDouble() * (to - from) - 0.2 : double.NaN;
        }

        double Total(IReadOnlyList<int> path) =>
            Enumerable.Range(0, path.Count - 1).Sum(i => Math.Pow(growth, i) * costs[path[i], path[i + 1]]);
        for (int steps = 1; steps < Points; steps++)
        {
            IReadOnlyList<int> path = CheapestPath.Of(Points, steps, (from, to) => costs[from, to], growth);

            path.Should().HaveCount(steps + 1).And.BeInAscendingOrder();
            (path[0], path[^1]).Should().Be((0, Points - 1));
            double least = Enumerable.Range(0, 1 << (Points - 2))
                .Select(mask => Enumerable.Range(1, Points - 2).Where(point => (mask >> (point - 1) & 1) == 1))
                .Where(inner => inner.Count() == steps - 1)
                .Min(inner => Total([0, .. inner, Points - 1]));
            Total(path).Should().BeApproximately(least, 1e-12, "steps = {0}", steps);
        }
    }
}
