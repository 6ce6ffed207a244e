using System.Text;
using Ddpm.Data;
using Ddpm.Plotting;

namespace Ddpm.Cli.Gaps;

/// <summary>Plots each filled column.</summary>
internal static class FillPlots
{
    private const int Width = 1200, Height = 420;

    /// <summary>Writes a plot of each column that has gaps; gives the files.</summary>
    public static IReadOnlyList<string> Save(string folder, TimeSeriesFile file, FilledSeries filled, FillOptions options)
    {
        List<string> files = [];
        TimeSeries series = file.Series;
        for (int column = 0; column < series.Columns.Length; column++)
        {
            if (!series.Values(column).ToArray().Any(double.IsNaN)) continue;
            string path = Path.Combine(folder, Name(series.Columns[column], column, files.Select(each => Path.GetFileName(each))));
            double[] Quantile(double probability) =>
                [.. Enumerable.Range(0, series.Length).Select(row => filled.Quantile(column, row, probability))];
            BandPlot.Save(
                path,
                new BandSeries(
                    series.Times.ToArray(), series.Values(column).ToArray(), Quantile(options.Quantiles[0]), Quantile(0.5),
                    Quantile(options.Quantiles[^1]))
                {
                    HasDates = series.Kind == TimeAxisKind.Date,
                    BandName = options.BandName,
                },
                new LinePlotOptions
                {
                    YLabel = series.Columns[column],
                    XLabel = series.Kind == TimeAxisKind.Date ? "" : file.TimeName,
                    Width = Width,
                    Height = Height,
                    Theme = options.Theme,
                });
            files.Add(path);
        }

        return files;
    }

    // Letters and digits stay; names that become equal get their place.
    private static string Name(string column, int place, IEnumerable<string> taken)
    {
        var name = new StringBuilder();
        foreach (char letter in column) name.Append(char.IsLetterOrDigit(letter) || letter is '.' or '-' ? letter : '_');
        string plain = string.Join('_', name.ToString().Split('_', StringSplitOptions.RemoveEmptyEntries)).Trim('.');
        return plain.Length == 0 || taken.Contains($"{plain}.png", StringComparer.OrdinalIgnoreCase)
            ? $"{plain}-{place + 1}.png"
            : $"{plain}.png";
    }
}
