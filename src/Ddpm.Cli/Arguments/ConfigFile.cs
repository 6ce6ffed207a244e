using System.CommandLine;
using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// Options from a JSON file, as {"steps": 50, "spacing": "trailing"}: they stand in for what the command line leaves out. Read as strictly
/// as every configuration, but remarks and trailing commas are valid.
/// </summary>
internal static class ConfigFile
{
    private const string Name = "--config", Separator = "--";
    private const int LargestFile = 1 << 20;

    private static readonly JsonDocumentOptions ForPeople = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static Option<string?> Option() => new(Name)
    {
        Description = "Options from a JSON file, by their names without dashes; the command line wins",
        HelpName = "file.json",
    };

    /// <summary>Gives the command line with the file's options, and the file; the command line as it is where it names no file.</summary>
    /// <exception cref="UsageException">The file cannot be read, or has a key that is no option.</exception>
    public static (string[] Args, string? Path) Expand(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        if (command.Options.FirstOrDefault(option => option.Name == Name) is not { } config) return (args, null);
        string? given = parsed.GetResult(config) is { Tokens: [var file] } ? file.Value : null;
        if ((given ?? RunOptionsFile.Of(parsed)) is not { } path) return (args, null);
        string name = Mistakes.Name(parsed);
        var places = new Dictionary<Argument, string[]>();
        var options = new List<string>();
        var seen = new Dictionary<Option, string>();
        foreach (JsonProperty property in Read(path).EnumerateObject())
        {
            if (command.Arguments.FirstOrDefault(argument => argument.Name == property.Name) is { } place)
            {
                places[place] = [.. Values(property, path)];
                continue;
            }

            string typed = "--" + property.Name;
            Option option = Settable(command, config)
                .FirstOrDefault(candidate => candidate.Name == typed || candidate.Aliases.Contains(typed))
                ?? throw new UsageException(
                    $"{path}: {StrictJson.Line(property.Name)} is not an option of {name}"
                        + Spelling.Hint(StrictJson.Line(property.Name), Known(command, config)));
            if (!seen.TryAdd(option, property.Name))
            {
                throw new UsageException($"{path}: {seen[option]} and {property.Name} are one option, which must occur once.");
            }

            if (parsed.GetResult(option) is not (null or { Implicit: true })) continue;
            foreach (string value in Values(property, path))
            {
                if (Mistakes.OfFlag(option, value) is { } wrong) throw new UsageException($"{path}: {wrong}");
                options.Add($"{option.Name}={value}");
            }
        }

        // Behind "--" nothing is taken for an option, and no option takes an argument for its value.
        int end = Array.IndexOf(args, Separator);
        (string[] before, string[] after) = end < 0 ? (args, []) : (args[..end], args[(end + 1)..]);
        return ([.. before, .. options, Separator, .. after, .. Arguments(parsed, places, path)], path);
    }

    // The values of arguments that the command line leaves out, in the order of their places: it gives the first ones.
    private static IEnumerable<string> Arguments(ParseResult parsed, Dictionary<Argument, string[]> places, string path)
    {
        Argument? skipped = null;
        foreach (Argument argument in parsed.CommandResult.Command.Arguments)
        {
            if (parsed.GetResult(argument) is { Tokens.Count: > 0 }) continue;
            string[] values = places.GetValueOrDefault(argument, []);
            if (values.Length == 0) skipped ??= argument;
            else if (skipped is not null) throw new UsageException($"{path}: {argument.Name} needs {skipped.Name} before it.");
            foreach (string value in values) yield return value;
        }
    }

    private static IEnumerable<Option> Settable(Command command, Option config) =>
        command.Options.Where(option => option != config && option.Name != "--help");

    private static IEnumerable<string> Known(Command command, Option config) =>
    [
        .. Settable(command, config).Select(option => option.Name.TrimStart('-')),
        .. command.Arguments.Select(argument => argument.Name),
    ];

    private static JsonElement Read(string path)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new UsageException($"{Name} must be a file, but is \"{path}\".");
        try
        {
            JsonElement json = StrictJson.Parse(RegularFile.ReadAllBytes(path, LargestFile), path, ForPeople);
            return json.ValueKind == JsonValueKind.Object ? json : throw new UsageException(
                $"{path} must hold a JSON object of options, such as {{\"steps\": 50}}, but holds {StrictJson.Shown(json)}.");
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException(ErrorLine.Of(exception));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{Name}: {ErrorLine.Of(exception)}");
        }
    }

    private static IEnumerable<string> Values(JsonProperty property, string path) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(item => Value(item, property.Name, path))],
        _ => [Value(property.Value, property.Name, path)],
    };

    private static string Value(JsonElement element, string key, string path) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => throw new UsageException(
            $"{path}: {key} must be a number, a text, true, false, or a list of these, but is {StrictJson.Raw(element)}."),
    };
}
