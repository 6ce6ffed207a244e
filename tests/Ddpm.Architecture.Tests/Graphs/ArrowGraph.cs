using System.Text;

namespace Ddpm.Architecture.Tests.Graphs;

/// <summary>Holds the arrows between places and finds the circles among them.</summary>
internal sealed class ArrowGraph
{
    private const int TypesShown = 3;

    private readonly Dictionary<(string From, string To), List<Arrow>> arrows;
    private readonly string[] places;
    private readonly bool[,] reaches;

    public ArrowGraph(IEnumerable<Arrow> arrows)
    {
        this.arrows = arrows.Where(arrow => arrow.From != arrow.To).Distinct()
            .GroupBy(arrow => (arrow.From, arrow.To)).ToDictionary(group => group.Key, group => group.ToList());
        places = [.. this.arrows.Keys.SelectMany(pair => new[] { pair.From, pair.To }).Distinct().Order(StringComparer.Ordinal)];
        reaches = Closure();
    }

    public IEnumerable<(string From, string To)> Pairs => arrows.Keys;

    /// <summary>Tells whether this arrow is part of a circle.</summary>
    public bool IsInCircle(string from, string to) => arrows.ContainsKey((from, to)) && Reaches(to, from);

    /// <summary>Gives each set of places that all reach each other.</summary>
    public IEnumerable<string[]> Circles() => places.Where(place => Reaches(place, place))
        .Select(place => places.Where(other => Reaches(place, other) && Reaches(other, place)).ToArray())
        .DistinctBy(circle => circle[0]);

    /// <summary>Describes every circle: its arrows, the fewest types first, and the types that make them.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        foreach (string[] circle in Circles())
        {
            text.AppendLine().Append("circle: ").AppendJoin(", ", circle);
            IEnumerable<List<Arrow>> inside = arrows.Where(pair => circle.Contains(pair.Key.From) && circle.Contains(pair.Key.To))
                .Select(pair => pair.Value).OrderBy(list => list.Count);
            foreach (List<Arrow> list in inside)
            {
                text.AppendLine().Append("  ").Append(list[0].From).Append(" → ").Append(list[0].To).Append(": ");
                text.AppendJoin(", ", list.Take(TypesShown).Select(arrow => $"{arrow.FromType} → {arrow.ToType}"));
                if (list.Count > TypesShown) text.Append(" and ").Append(list.Count - TypesShown).Append(" more");
            }
        }

        return text.ToString();
    }

    private bool Reaches(string from, string to)
    {
        int i = Array.BinarySearch(places, from, StringComparer.Ordinal), j = Array.BinarySearch(places, to, StringComparer.Ordinal);
        return i >= 0 && j >= 0 && reaches[i, j];
    }

    private bool[,] Closure()
    {
        var closure = new bool[places.Length, places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            for (int j = 0; j < places.Length; j++) closure[i, j] = arrows.ContainsKey((places[i], places[j]));
        }

        for (int via = 0; via < places.Length; via++)
        {
            for (int i = 0; i < places.Length; i++)
            {
                for (int j = 0; closure[i, via] && j < places.Length; j++) closure[i, j] |= closure[via, j];
            }
        }

        return closure;
    }
}
