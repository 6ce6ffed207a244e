using System.Diagnostics;
using System.Globalization;
using Ddpm.Evaluation;
using Ddpm.Experiments;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>How well a method tells anomalies from normal pictures.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Areas">The AUROC of each row of the table.</param>
/// <param name="Seconds">How long it took to score all pictures.</param>
internal sealed record Scores(string Method, IReadOnlyList<(string Row, double Area)> Areas, double Seconds)
{
    /// <summary>Scores all sets by one method.</summary>
    public static Scores Of(Method method, AnomalySets sets)
    {
        var watch = Stopwatch.StartNew();
        var areas = new List<(string, double)>();
        long first = 0;
        using AnomalyMaps normal = Next(sets.Normal);

        // Other classes fill a picture: their score is the mean error.
        var others = new List<double>();
        foreach ((string name, Tensor pictures) in sets.Others)
        {
            using AnomalyMaps maps = Next(pictures);
            areas.Add((name, Auroc.Compute(normal.MeanErrors.AsSpan(), maps.MeanErrors.AsSpan())));
            others.AddRange(maps.MeanErrors);
        }

        areas.Add(("all other classes", Auroc.Compute(normal.MeanErrors.AsSpan(), [.. others])));

        // Defects are small: theirs is the peak of the heat map. And where they are: the heat of their pixels against that of the others.
        foreach ((string name, Tensor pictures, Tensor where) in sets.Defects)
        {
            using AnomalyMaps maps = Next(pictures);
            using Tensor defect = maps.Heat.masked_select(where), rest = maps.Heat.masked_select(~where);
            areas.Add(($"{name}, pictures", Auroc.Compute(normal.Peaks.AsSpan(), maps.Peaks.AsSpan())));
            areas.Add(($"{name}, pixels", Auroc.Compute(rest.data<double>().ToArray(), defect.data<double>().ToArray())));
        }

        return new Scores(method.Name, areas, watch.Elapsed.TotalSeconds);

        // Pictures are numbered through, so that each has noise of its own.
        AnomalyMaps Next(Tensor pictures)
        {
            AnomalyMaps maps = method.Detect(pictures, first);
            first += pictures.size(0);
            return maps;
        }
    }

    /// <summary>The scores of all methods side by side, as Markdown; the best of each row in bold.</summary>
    public static string Table(IReadOnlyList<Scores> all)
    {
        IEnumerable<IEnumerable<string>> Rows()
        {
            for (int row = 0; row < all[0].Areas.Count; row++)
            {
                string[] areas = [.. all.Select(scores => Text(scores.Areas[row].Area, "F3"))];
                string best = areas.Max(StringComparer.Ordinal)!;
                yield return areas.Select(area => area == best ? $"**{area}**" : area).Prepend(all[0].Areas[row].Row);
            }

            yield return all.Select(scores => Text(scores.Seconds, "F1")).Prepend("seconds to score");
        }

        return MarkdownTable.Of(all.Select(scores => scores.Method).Prepend("AUROC"), Rows());
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
