using System.CommandLine;
using System.Globalization;

namespace Ddpm.Cli.Completion;

/// <summary>
/// The request of a shell: <c>ddpm "[suggest:N]" "LINE"</c> writes the words that complete the line at position N, one a line, as
/// dotnet-suggest asks programs of System.CommandLine.
/// </summary>
internal static class CompletionRequest
{
    private const string Start = "[suggest", Separator = ":", End = "]";

    /// <summary>Answers a request; false where the command line is none.</summary>
    public static bool TryAnswer(string[] args, RootCommand root, TextWriter output)
    {
        if (args is not [var directive, ..]) return false;
        if (!directive.StartsWith(Start, StringComparison.Ordinal) || !directive.EndsWith(End, StringComparison.Ordinal)) return false;
        string line = args.Length > 1 ? args[^1] : "", number = directive[Start.Length..^End.Length];
        int position = line.Length;
        if (number.Length > 0)
        {
            if (!number.StartsWith(Separator, StringComparison.Ordinal)) return false;
            if (!int.TryParse(number[Separator.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out position)) return false;
        }

        foreach (string word in Completer.Complete(root, line, position)) output.WriteLine(word);
        return true;
    }
}
