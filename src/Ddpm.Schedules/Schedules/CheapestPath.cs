using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Finds the cheapest way through ordered points in a given number of steps, by dynamic programming.</summary>
internal static class CheapestPath
{
    /// <summary>
    /// Returns the points 0 = p_0 &lt; p_1 &lt; … &lt; p_n = last with the least Σ_i growth^i cost(p_i, p_{i+1}).
    /// </summary>
    /// <param name="points">The number of points. Range: ≥ 2.</param>
    /// <param name="steps">n. Range: 1 … points - 1.</param>
    /// <param name="cost">The cost of a step from one point to a later one.</param>
    /// <param name="growth">By how much a step weighs more than the one before. Range: &gt; 0.</param>
    /// <returns>The n + 1 points.</returns>
    public static ImmutableArray<int> Of(int points, int steps, Func<int, int, double> cost, double growth = 1)
    {
        // rest[i]: the cost from point i to the last in so many steps, the first of them with weight 1.
        var rest = new double[points];
        Array.Fill(rest, double.PositiveInfinity);
        rest[^1] = 0;
        var next = new int[steps, points];
        for (int left = 1; left <= steps; left++)
        {
            var longer = new double[points];
            Array.Fill(longer, double.PositiveInfinity);
            for (int from = steps - left; from < points - left; from++)
            {
                for (int to = from + 1; to < points; to++)
                {
                    if (double.IsPositiveInfinity(rest[to])) continue;
                    double through = cost(from, to) + growth * rest[to];
                    if (through >= longer[from]) continue;
                    longer[from] = through;
                    next[left - 1, from] = to;
                }
            }

            rest = longer;
        }

        var path = ImmutableArray.CreateBuilder<int>(steps + 1);
        path.Add(0);
        for (int left = steps; left > 0; left--) path.Add(next[left - 1, path[^1]]);
        return path.MoveToImmutable();
    }
}
