using System.Globalization;
using Ddpm.Plotting;

namespace Ddpm.Experiments;

/// <summary>The losses of a training, read from the metrics that it wrote.</summary>
/// <param name="Name">The training's name.</param>
/// <param name="Losses">The loss at each row's step.</param>
/// <param name="ByTimestep">The loss of each interval of timesteps in the last row.</param>
internal sealed record CurveTable(string Name, PlotSeries Losses, IReadOnlyList<TimestepLoss> ByTimestep)
{
    private const string Prefix = "loss_t";

    /// <summary>The losses of a file; null where there is no such file, or no row in it yet.</summary>
    public static CurveTable? Read(string name, string path)
    {
        if (!File.Exists(path)) return null;
        string[][] lines = [.. File.ReadLines(path).Select(line => line.Split(','))];
        if (lines.Length < 2) return null;
        string[] header = lines[0], last = lines[^1];
        int loss = Array.IndexOf(header, "loss");
        return new CurveTable(
            name,
            new PlotSeries(name, [.. lines.Skip(1).Select(line => new PlotPoint(Number(line[0]), Number(line[loss])))]),
            [.. header.Index().Where(column => column.Item.StartsWith(Prefix, StringComparison.Ordinal) && last[column.Index].Length > 0)
                .Select(column => Interval(column.Item, Number(last[column.Index])))]);
    }

    private static TimestepLoss Interval(string column, double loss)
    {
        string[] ends = column[Prefix.Length..].Split('_');
        return new TimestepLoss((int)Number(ends[0]), (int)Number(ends[1]), loss);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
