using System.Runtime.InteropServices;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>An error as one line. The samples and benchmarks compile this file too.</summary>
internal static class ErrorLine
{
    private const int Longest = 2000;

    /// <summary>Gives the message without what .NET adds for programmers: a parameter's name and value, native frames.</summary>
    public static string Of(Exception exception) =>
        Of(exception is ExternalException ? exception.Message.Split('\n')[0] : ArgumentMessage.Of(exception));

    /// <summary>Gives a text on one line, as even a file's name may not be, cut where it is long.</summary>
    public static string Of(string text)
    {
        string line = string.Concat(text.TrimEnd().Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
        return line.Length <= Longest ? line : line[..Longest] + " …";
    }
}
