using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Data;
using Ddpm.Evaluation;

namespace Ddpm.Cli.Gaps;

/// <summary>How well held-out cells were filled, in each column, beside lines between their neighbours.</summary>
/// <param name="columns">The names of the columns.</param>
/// <param name="model">The score of the samples, for each column.</param>
/// <param name="linear">The score of the lines.</param>
internal sealed class FillScore(IReadOnlyList<string> columns, EnsembleScore[] model, EnsembleScore[] linear)
{
    /// <summary>Scores a filling.</summary>
    /// <param name="whole">The series with the held-out numbers.</param>
    /// <param name="filled">The filling of the series without them.</param>
    /// <param name="cells">The held-out cells.</param>
    /// <param name="band">The share of the samples in the band.</param>
    public static FillScore Of(TimeSeries whole, FilledSeries filled, IReadOnlyList<(int Column, int Row)> cells, double band)
    {
        FilledSeries lines = LinearInterpolation.Fill(filled.Series);
        EnsembleScore[] New() => [.. whole.Columns.Select(_ => new EnsembleScore(band))];
        EnsembleScore[] model = New(), linear = New();
        foreach ((int column, int row) in cells)
        {
            model[column].Add(filled.Samples(column, row), whole.Values(column)[row]);
            linear[column].Add(lines.Samples(column, row), whole.Values(column)[row]);
        }

        return new FillScore(whole.Columns, model, linear);
    }

    public void Show(Screen screen, string band)
    {
        IReadOnlyList<string> heading = ["column", "cells", $"in the {band}", "its width", "CRPS", "CRPS of lines", "median error"];
        screen.Table("Held-out numbers, hidden from the training:", heading.Count,
        [
            heading,
            .. Scored().Select(column => (IReadOnlyList<string>)
            [
                columns[column], model[column].Count.ToString("N0", CultureInfo.InvariantCulture),
                model[column].Coverage.ToString("P0", CultureInfo.InvariantCulture), Text(model[column].Width), Text(model[column].Crps),
                Text(linear[column].Crps), Text(model[column].MeanAbsoluteError),
            ]),
        ]);
    }

    public JsonArray Json() =>
    [
        .. Scored().Select(column => new JsonObject
        {
            ["column"] = columns[column],
            ["cells"] = model[column].Count,
            ["coverage"] = model[column].Coverage,
            ["width"] = model[column].Width,
            ["crps"] = model[column].Crps,
            ["crps_of_lines"] = linear[column].Crps,
            ["median_error"] = model[column].MeanAbsoluteError,
        }),
    ];

    private IEnumerable<int> Scored() => Enumerable.Range(0, columns.Count).Where(column => model[column].Count > 0);

    private static string Text(double number) => number.ToString("G3", CultureInfo.InvariantCulture);
}
