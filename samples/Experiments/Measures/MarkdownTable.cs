using System.Globalization;
using System.Text;

namespace Ddpm.Experiments;

/// <summary>Tables as Markdown has them.</summary>
internal static class MarkdownTable
{
    /// <summary>A table whose first column names the rows.</summary>
    public static string Of(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        string[] names = [.. header];
        var text = new StringBuilder();
        Append(text, names);
        Append(text, names.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (IEnumerable<string> row in rows) Append(text, row);
        return text.ToString();
    }

    /// <summary>
    /// Rows by their names with some of their measures; a row without numbers has its note in their place, one with numbers behind its
    /// name.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The measures with the format of each, such as F2.</param>
    public static string Of(IEnumerable<KeyValuePair<string, ResultRow>> rows, params (string Measure, string Format)[] columns) => Of(
        ["", .. columns.Select(column => column.Measure)],
        rows.Select(row =>
            columns.Select((column, index) =>
                row.Value.Measures.TryGetValue(column.Measure, out Measured? measured)
                    ? Text(measured, column.Format)
                    : index == 0
                        ? row.Value.Note ?? "–"
                        : "–").Prepend(row.Value is { Measures.Count: > 0, Note: { } note } ? $"{row.Key} ({note})" : row.Key)));

    /// <summary>A number, with its error where it has one.</summary>
    public static string Text(Measured measured, string format)
    {
        string value = measured.Value.ToString(format, CultureInfo.InvariantCulture);
        return measured.Error is { } error ? $"{value} ± {error.ToString(format, CultureInfo.InvariantCulture)}" : value;
    }

    // A bar inside a cell, as in q(x_T | x_0), is no border.
    private static void Append(StringBuilder text, IEnumerable<string> cells) => text
        .Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
