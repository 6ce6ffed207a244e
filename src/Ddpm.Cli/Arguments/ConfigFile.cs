using System.CommandLine;
using System.Text.Json;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// Options from a JSON file, as {"steps": 50, "spacing": "trailing"}: they stand in for what the command line leaves out.
/// </summary>
internal static class ConfigFile
{
    private const string Name = "--config";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowDuplicateProperties = false,
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
        if (parsed.GetResult(config) is not { Tokens: [var file] }) return (args, null);
        string path = file.Value, name = Mistakes.Name(parsed);
        var positional = new List<string>();
        var optional = new List<string>();
        using JsonDocument json = Read(path);
        foreach (JsonProperty property in json.RootElement.EnumerateObject())
        {
            if (command.Arguments.FirstOrDefault(argument => argument.Name == property.Name) is { } place)
            {
                if (parsed.GetResult(place) is null or { Tokens.Count: 0 }) positional.AddRange(Values(property, path));
                continue;
            }

            string typed = "--" + property.Name;
            Option option = Settable(command, config)
                .FirstOrDefault(candidate => candidate.Name == typed || candidate.Aliases.Contains(typed))
                ?? throw new UsageException(
                    $"{path}: {property.Name} is no option of {name}{Spelling.Hint(property.Name, Known(command, config))}");
            if (parsed.GetResult(option) is not (null or { Implicit: true })) continue;
            optional.AddRange(Values(property, path).Select(value => $"{option.Name}={value}"));
        }

        // Arguments follow the command's name at once: there no option takes them for its values.
        int words = name.Split(' ').Length - 1;
        return ([.. args[..words], .. positional, .. args[words..], .. optional], path);
    }

    private static IEnumerable<Option> Settable(Command command, Option config) =>
        command.Options.Where(option => option != config && option.Name != "--help");

    private static IEnumerable<string> Known(Command command, Option config) =>
    [
        .. Settable(command, config).Select(option => option.Name.TrimStart('-')),
        .. command.Arguments.Select(argument => argument.Name),
    ];

    private static JsonDocument Read(string path)
    {
        try
        {
            JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            throw new UsageException($"{path} must hold a JSON object of options, such as {{\"steps\": 50}}.");
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{path} is not valid JSON: {ErrorLine.Of(exception)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--config: {ErrorLine.Of(exception)}");
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
            $"{path}: {key} must be a number, a text, true, false, or a list of these, but is {element.GetRawText()}."),
    };
}
