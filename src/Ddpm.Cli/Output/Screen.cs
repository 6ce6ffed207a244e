using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Ddpm.Cli.Output;

/// <summary>
/// Writes what a command has to say: results to standard output, as tables or, under --json, as JSON alone; messages beside them, or to
/// standard error under --json; progress to standard error if that is a terminal.
/// </summary>
/// <param name="output">Receives results.</param>
/// <param name="error">Receives errors and progress, and messages under --json.</param>
/// <param name="json">Whether results are JSON.</param>
/// <param name="quiet">Whether messages and progress are left out.</param>
/// <param name="verbose">Whether all progress is written.</param>
internal sealed class Screen(TextWriter output, TextWriter error, bool json, bool quiet = false, bool verbose = false)
{
    private const int WidthOfPipes = 10_000;
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsJson => json;

    public bool IsVerbose => verbose;

    /// <summary>A message for people.</summary>
    public void Line(string text)
    {
        if (!quiet) (json ? error : output).WriteLine(text);
    }

    /// <summary>The terminal that shows progress; null where there is none, or where it is not wanted.</summary>
    public IAnsiConsole? Terminal => !quiet && IsTerminal(error, Console.Error, Console.IsErrorRedirected)
        ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) })
        : null;

    /// <summary>A message that people must not miss.</summary>
    public void Warn(string text) => error.WriteLine($"Warning: {text}");

    /// <summary>The result for people; nothing under --json.</summary>
    public void Table(string title, int columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (json) return;
        bool terminal = IsTerminal(output, Console.Out, Console.IsOutputRedirected);
        using var plain = new StringWriter();
        IAnsiConsole console = terminal
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) })
            : AnsiConsole.Create(
                new AnsiConsoleSettings
                {
                    Out = new AnsiConsoleOutput(plain),
                    Ansi = AnsiSupport.No,
                    ColorSystem = ColorSystemSupport.NoColors,
                });
        if (!terminal) console.Profile.Width = WidthOfPipes;
        var table = new Table { Border = terminal ? TableBorder.Rounded : TableBorder.None, ShowHeaders = false };
        for (int column = 0; column < columns; column++) table.AddColumn(new TableColumn(""));
        foreach (IReadOnlyList<string> row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        output.WriteLine(title);
        if (table.Rows.Count > 0) console.Write(table);
        foreach (string line in plain.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) output.WriteLine(line.TrimEnd());
    }

    /// <summary>The result for programs; nothing without --json.</summary>
    public void Json(JsonObject result)
    {
        if (json) output.WriteLine(result.ToJsonString(Indented));
    }

    /// <summary>
    /// Runs something that takes long, with a bar and the time left in a terminal, and with lines at growing intervals elsewhere.
    /// </summary>
    public T Track<T>(string what, Func<ProgressBar, T> run)
    {
        if (Terminal is not { } console) return run(new ProgressBar(null, what, quiet ? null : error.WriteLine));
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => run(new ProgressBar(context.AddTask(what, autoStart: true, maxValue: 1), what)));
    }

    // A writer of a test, a file and a pipe are no terminal.
    private static bool IsTerminal(TextWriter writer, TextWriter console, bool redirected) =>
        ReferenceEquals(writer, console) && !redirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
