using System.Collections.Immutable;

namespace Ddpm.Cli.Arguments;

/// <content>Which options were given.</content>
internal sealed partial class OptionReader
{
    /// <summary>The options that were given, by name, with the words behind each; none while options are declared.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<string>> Given => parsed is null
        ? ImmutableDictionary<string, ImmutableArray<string>>.Empty
        : command.Options.Select(option => (option.Name, Result: parsed.GetResult(option)))
            .Where(pair => pair.Result is { Implicit: false })
            .ToImmutableDictionary(pair => pair.Name, pair => pair.Result!.Tokens.Select(token => token.Value).ToImmutableArray());
}
