using System.Globalization;
using Ddpm.Plotting;

namespace Ddpm.Experiments;

/// <summary>The losses of a training, read from the table that <see cref="Curves"/> wrote.</summary>
/// <param name="Name">The training's name.</param>
/// <param name="Losses">The loss at each row's step.</param>
/// <param name="ByTimestep">The loss of each interval of timesteps in the last row.</param>
internal sealed record CurveTable(string Name, PlotSeries Losses, IReadOnlyList<TimestepLoss> ByTimestep)
{
    private const string Prefix = "loss_t";

    /// <summary>Reads the losses of all trainings, in the order of the file.</summary>
    public static IReadOnlyList<CurveTable> Read(string path)
    {
        string[] lines = File.ReadAllLines(path), header = lines[0].Split(',')[1..];
        return [.. lines.Skip(1).Select(Fields)
            .GroupBy(line => line.Name, (name, rows) => Of(name, header, [.. rows.Select(row => row.Numbers)]))];
    }

    private static CurveTable Of(string name, string[] header, string[][] lines)
    {
        string[] last = lines[^1];
        int loss = Array.IndexOf(header, "loss");
        return new CurveTable(
            name,
            new PlotSeries(name, [.. lines.Select(line => new PlotPoint(Number(line[0]), Number(line[loss])))]),
            [.. header.Index().Where(column => column.Item.StartsWith(Prefix, StringComparison.Ordinal) && last[column.Index].Length > 0)
                .Select(column => Interval(column.Item, Number(last[column.Index])))]);
    }

    // "name, perhaps with commas",number,number,…
    private static (string Name, string[] Numbers) Fields(string line)
    {
        int end = line.LastIndexOf('"');
        return (line[1..end], line[(end + 2)..].Split(','));
    }

    private static TimestepLoss Interval(string column, double loss)
    {
        string[] ends = column[Prefix.Length..].Split('_');
        return new TimestepLoss((int)Number(ends[0]), (int)Number(ends[1]), loss);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
