using System.Collections.Immutable;
using System.Reflection;

namespace Ddpm.Cli.Completion;

/// <summary>The scripts that connect shells with the program.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells that have a script.</summary>
    public static ImmutableArray<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>Gives the script of a shell, to be sourced.</summary>
    public static string Of(string shell)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"completion.{shell}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
