using System.Runtime.InteropServices;

namespace Ddpm.Cli.Arguments;

/// <summary>An error as one line.</summary>
internal static class ErrorLine
{
    /// <summary>Gives the message without the lines and the parameter's name that .NET adds for programmers.</summary>
    public static string Of(Exception exception)
    {
        string message = exception is ExternalException ? exception.Message.Split('\n')[0] : exception.Message;
        int parameter = exception is ArgumentException ? message.LastIndexOf(" (Parameter '", StringComparison.Ordinal) : -1;
        return Of(parameter < 0 ? message : message[..parameter]);
    }

    /// <summary>Gives a text on one line, as even a file's name may not be.</summary>
    public static string Of(string text) => string.Concat(text.TrimEnd().Select(c => char.IsControl(c) ? ' ' : c));
}
