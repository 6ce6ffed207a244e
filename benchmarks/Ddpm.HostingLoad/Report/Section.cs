using System.Text;

namespace Ddpm.HostingLoad;

/// <summary>A part of the report: what was done in a sentence or two, a table, and what must not be.</summary>
/// <param name="title">The title.</param>
/// <param name="text">What was done.</param>
/// <param name="columns">The columns of the table; the first names the rows.</param>
internal sealed class Section(string title, string text, params string[] columns)
{
    private readonly List<string[]> rows = [];

    /// <summary>Gets what must not be, in sentences.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Notes answers that no load may bring.</summary>
    public void Check(string row, Tally tally)
    {
        if (tally.Faulty > 0) Faults.Add($"{title}, {row}: no answer may be 5xx but for 503, or break, but they are {tally.Statuses}.");
    }

    /// <summary>Writes it as Markdown.</summary>
    public void Write(StringBuilder page)
    {
        page.Append("## ").Append(title).Append("\n\n").Append(text).Append("\n\n");
        Row(page, columns);
        Row(page, columns.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (string[] row in rows) Row(page, row);
        page.Append('\n');
    }

    private static void Row(StringBuilder page, IEnumerable<string> cells) => page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
