using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Experiments;

namespace Ddpm.Views;

/// <summary>What every view is given: choices, a place to write, a console.</summary>
internal sealed class View(ViewsOptions options, TextWriter console, CancellationToken stop)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public ViewsOptions Options => options;

    public CancellationToken Stop => stop;

    public void Tell(FormattableString text) => console.WriteLine(FormattableString.Invariant(text));

    /// <summary>A file of the output.</summary>
    public string Out(string file)
    {
        options.Output.Create();
        return Path.Combine(options.Output.FullName, file);
    }

    /// <summary>Shows a table, and writes it as Markdown and its numbers, with all digits, as JSON.</summary>
    /// <param name="name">The files' name.</param>
    /// <param name="rows">The rows by their names.</param>
    /// <param name="columns">The measures with the format of each.</param>
    public void Publish(
        string name,
        IReadOnlyList<KeyValuePair<string, ImmutableSortedDictionary<string, Measured>>> rows,
        params (string Measure, string Format)[] columns)
    {
        string table = MarkdownTable.Of(rows.Select(row => KeyValuePair.Create(row.Key, new ResultRow(row.Value))), columns);
        var numbers = new JsonObject(rows.Select(row => KeyValuePair.Create(
            row.Key,
            (JsonNode?)new JsonObject(row.Value.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)Number(one.Value)))))));
        AtomicFile.Write(Out($"{name}.md"), stream => stream.Write(Encoding.UTF8.GetBytes(table)));
        AtomicFile.Write(Out($"{name}.json"), stream =>
        {
            using var writer = new Utf8JsonWriter(stream, Indented);
            numbers.WriteTo(writer);
        });
        console.WriteLine();
        console.WriteLine(table);
    }

    private static JsonObject Number(Measured measured)
    {
        var number = new JsonObject { ["value"] = measured.Value };
        if (measured.Error is { } error) number["error"] = error;
        return number;
    }
}
