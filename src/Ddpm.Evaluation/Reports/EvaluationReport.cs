using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Evaluation;

/// <summary>Reports measurements and their settings, as a table for people and as JSON for programs. It is immutable.</summary>
/// <param name="Title">The title, which says what was measured.</param>
/// <param name="Settings">The settings by name: compare numbers only if these are equal.</param>
/// <param name="Metrics">The measured numbers.</param>
public sealed record EvaluationReport(string Title, ImmutableSortedDictionary<string, string> Settings, ImmutableArray<Metric> Metrics)
{
    // As many rows as the paper's Table 4 and the last; JSON has all.
    private const int RowsShown = 11;
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the tables that accompany the metrics.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<ReportSeries> Series { get; init; } = [];

    /// <summary>Creates the report of a variational bound.</summary>
    /// <param name="title">The title of the report.</param>
    /// <param name="bound">The bound.</param>
    /// <returns>
    /// Total, L_T, rate and distortion in bits/dim with their standard errors; every term, and the rate–distortion curve of progressive
    /// coding (Ho et al. 2020, arXiv:2006.11239, Table 4).
    /// </returns>
    public static EvaluationReport Of(string title, BoundReport bound)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(bound);
        static Metric Row(string name, Estimate estimate, string note) =>
            new(name, estimate.Mean, double.IsNaN(estimate.StandardError) ? null : estimate.StandardError, note);
        return new EvaluationReport(
            title,
            ImmutableSortedDictionary<string, string>.Empty
                .Add("examples", bound.Examples.ToString(CultureInfo.InvariantCulture))
                .Add("draws", bound.Draws.ToString(CultureInfo.InvariantCulture))
                .Add("steps", bound.Terms.Length.ToString(CultureInfo.InvariantCulture)),
            [
                Row("bits_per_dim", bound.Total, "bits/dim, ± standard error; an upper bound"),
                Row("prior", bound.Prior, "L_T, bits/dim"),
                Row("rate", bound.Rate, "bits/dim, all but L_0"),
                Row("distortion", bound.Distortion, "L_0, bits/dim"),
            ])
        {
            Series =
            [
                new ReportSeries("rate_distortion", ["reverse_time", "rate (bits/dim)", "RMSE (0-255)"],
                    [.. bound.RateDistortion
                        .Select(point => ImmutableArray.Create<double>(point.ReverseTime, point.Rate.Mean, point.Rmse.Mean))]),
                new ReportSeries("terms", ["t", "L (bits/dim)", "x0_mse", "noise_mse"],
                    [.. bound.Terms.Select((term, t) => ImmutableArray.Create(
                        t, term.Mean, bound.X0MeanSquaredErrors[t].Mean, bound.NoiseMeanSquaredErrors[t].Mean))]),
            ],
        };
    }

    /// <summary>Creates the report of a likelihood by the probability flow.</summary>
    /// <param name="title">The title of the report.</param>
    /// <param name="likelihood">The likelihood.</param>
    /// <returns>
    /// Bits/dim with the standard error, and the parts of it that come from the draws of the dequantisation and from the probes of the
    /// divergence where there are two or more.
    /// </returns>
    public static EvaluationReport Of(string title, LikelihoodReport likelihood)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(likelihood);
        double all = likelihood.Total.StandardError, draws = likelihood.Total.NoiseStandardError, probes = likelihood.ProbeStandardError;
        var metrics = new List<Metric>
        {
            new("bits_per_dim", likelihood.Total.Mean, double.IsNaN(all) ? null : all, "bits/dim, ± standard error over images and probes"),
        };
        if (!double.IsNaN(draws)) metrics.Add(new("draw_error", draws, null, "of it, by the draws and their probes: the images fixed"));
        if (!double.IsNaN(probes)) metrics.Add(new("probe_error", probes, null, "of it, by the probes: images and draws fixed"));
        return new EvaluationReport(
            title,
            ImmutableSortedDictionary<string, string>.Empty
                .Add("examples", likelihood.Examples.ToString(CultureInfo.InvariantCulture))
                .Add("draws", likelihood.Draws.ToString(CultureInfo.InvariantCulture)),
            [.. metrics]);
    }

    /// <summary>Formats the report as lines of text.</summary>
    /// <returns>The title, the settings, a row for each number, and some rows of each series.</returns>
    public string ToTable()
    {
        var text = new StringBuilder(Title).Append('\n');
        if (Settings.Count > 0) text.Append(string.Join(", ", Settings.Select(pair => $"{pair.Key} {pair.Value}"))).Append('\n');
        int width = Metrics.Select(metric => metric.Name.Length).DefaultIfEmpty().Max();
        string[] values = [.. Metrics.Select(metric => Decimal(metric.Value))],
            uncertainties = [.. Metrics.Select(metric => metric.Uncertainty is { } uncertainty ? $"± {Decimal(uncertainty)}" : "")];
        int valueWidth = values.Select(value => value.Length).DefaultIfEmpty().Max(),
            uncertaintyWidth = uncertainties.Select(value => value.Length).DefaultIfEmpty().Max();
        for (int i = 0; i < Metrics.Length; i++)
        {
            string numbers = $"{values[i].PadLeft(valueWidth)} {uncertainties[i].PadRight(uncertaintyWidth)}";
            text.Append($"{Metrics[i].Name.PadRight(width)}  {numbers}  {Metrics[i].Note}".TrimEnd()).Append('\n');
        }

        foreach (ReportSeries series in Series) Append(text, series);
        return text.ToString();
    }

    /// <summary>
    /// Formats the report as JSON: title, settings, metrics by name with value, uncertainty and note, and series by name with columns and
    /// rows. Numbers have all digits; NaN and infinities are strings.
    /// </summary>
    /// <returns>The JSON text.</returns>
    public string ToJson()
    {
        var metrics = new JsonObject();
        foreach (Metric metric in Metrics)
        {
            var entry = new JsonObject { ["value"] = Node(metric.Value) };
            if (metric.Uncertainty is { } uncertainty) entry["uncertainty"] = Node(uncertainty);
            if (metric.Note.Length > 0) entry["note"] = metric.Note;
            metrics[metric.Name] = entry;
        }

        var settings = new JsonObject(Settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
        var report = new JsonObject { ["title"] = Title, ["settings"] = settings, ["metrics"] = metrics };
        if (Series.Length > 0)
        {
            report["series"] = new JsonObject(Series.Select(series => KeyValuePair.Create(series.Name, (JsonNode?)new JsonObject
            {
                ["columns"] = new JsonArray([.. series.Columns.Select(column => (JsonNode?)JsonValue.Create(column))]),
                ["rows"] = new JsonArray(
                    [.. series.Rows.Select(row => (JsonNode?)new JsonArray([.. row.Select(value => (JsonNode?)Node(value))]))]),
            })));
        }

        return report.ToJsonString(Indented);
    }

    /// <summary>Writes the report as JSON, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveJson(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToJson() + "\n")));

    // Evenly spread rows, the first and the last among them.
    private static void Append(StringBuilder text, ReportSeries series)
    {
        int count = Math.Min(RowsShown, series.Rows.Length);
        int[] shown = [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * (series.Rows.Length - 1) / (count - 1)))];
        string[][] cells = [[.. series.Columns], .. shown.Select(row => series.Rows[row].Select(Number).ToArray())];
        int[] widths = [.. Enumerable.Range(0, series.Columns.Length).Select(column => cells.Max(row => row[column].Length))];
        text.Append('\n').Append(series.Name);
        if (count < series.Rows.Length) text.Append(CultureInfo.InvariantCulture, $", {count} of {series.Rows.Length} rows");
        text.Append('\n');
        foreach (string[] row in cells)
        {
            text.Append("  ").AppendJoin("  ", row.Select((cell, column) => cell.PadLeft(widths[column]))).Append('\n');
        }
    }

    private static string Number(double value) =>
        double.IsInteger(value) && Math.Abs(value) < 1e9 ? value.ToString("F0", CultureInfo.InvariantCulture) : Decimal(value);

    private static string Decimal(double value) =>
        value.ToString(Math.Abs(value) is >= 1e-3 and < 1e6 or 0 ? "F4" : "0.000e+0", CultureInfo.InvariantCulture);

    private static JsonValue Node(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture));
}
