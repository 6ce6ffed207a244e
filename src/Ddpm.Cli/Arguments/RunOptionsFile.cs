using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// options.json of a run: the options that it was started with, as a file of <c>--config</c>, so that <c>--resume</c> needs no other word.
/// </summary>
internal static class RunOptionsFile
{
    /// <summary>The option that reads the file.</summary>
    public const string Resume = "--resume";

    /// <summary>The file's name in the folder of the run.</summary>
    public const string FileName = "options.json";

    private const string Output = "--out";

    // What belongs to one start of the run alone.
    private static readonly string[] OfOneStart = [Resume, Output, "--config", "--json", "--verbose", "--quiet", "--force", "--mpi"];
    private static readonly string[] Paths = ["--data", "--labels", "--init-from"];

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Gives the file of a command line with <see cref="Resume"/>; null without.</summary>
    /// <exception cref="UsageException">There is no such run.</exception>
    public static string? Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (Find(Resume) is not { } resume || parsed.GetResult(resume) is not { Implicit: false } || !parsed.GetValue((Option<bool>)resume))
        {
            return null;
        }

        string run = parsed.GetValue((Option<string>)Find(Output)!)!, path = Path.Combine(run, FileName);
        if (File.Exists(path)) return path;
        throw new UsageException(Directory.Exists(Path.Combine(run, "checkpoints"))
            ? $"{Resume} needs {path}, which older versions did not write: resume the run by the command that started it."
            : $"{Resume} continues a run, but {run} holds none.");

        Option? Find(string name) => command.Options.FirstOrDefault(option => option.Name == name);
    }

    /// <summary>Writes the file into the folder of a run.</summary>
    public static void Write(string run, IReadOnlyDictionary<string, ImmutableArray<string>> given)
    {
        var json = new JsonObject(given.Where(pair => !OfOneStart.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key.TrimStart('-'), Value(pair.Key, pair.Value))));
        byte[] bytes = Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");
        string path = Path.Combine(run, FileName);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)) return;
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    private static JsonNode? Value(string name, ImmutableArray<string> words)
    {
        if (Paths.Contains(name)) words = [.. words.Select(Path.GetFullPath)];
        return words switch
        {
            [] => JsonValue.Create(true),
            [var word] => Word(word),
            _ => new JsonArray([.. words.Select(Word)]),
        };
    }

    // A number that is one in JSON stays as it was typed.
    private static JsonNode? Word(string word)
    {
        try
        {
            using JsonDocument number = JsonDocument.Parse(word);
            JsonValueKind kind = number.RootElement.ValueKind;
            if (kind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return JsonNode.Parse(word);
        }
        catch (JsonException)
        {
            // Text.
        }

        return JsonValue.Create(word);
    }
}
