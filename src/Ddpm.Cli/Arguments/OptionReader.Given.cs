using System.Collections.Immutable;
using System.CommandLine;

namespace Ddpm.Cli.Arguments;

/// <content>Which options were given, and options that are given several times.</content>
internal sealed partial class OptionReader
{
    /// <summary>
    /// A text, or several by naming the option again, as a list of a configuration file does; none where it is not given.
    /// </summary>
    public ImmutableArray<string> Texts(string name, string helpName, string description) =>
        [.. Take(OptionText.Filled(new Option<string[]>(name) { Description = description, HelpName = helpName })) ?? []];

    /// <summary>The options that were given, by name, with the words behind each; none while options are declared.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<string>> Given => parsed is null
        ? ImmutableDictionary<string, ImmutableArray<string>>.Empty
        : command.Options.Select(option => (option.Name, Result: parsed.GetResult(option)))
            .Where(pair => pair.Result is { Implicit: false })
            .ToImmutableDictionary(pair => pair.Name, pair => pair.Result!.Tokens.Select(token => token.Value).ToImmutableArray());
}
