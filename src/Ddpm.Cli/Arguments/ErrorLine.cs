namespace Ddpm.Cli.Arguments;

/// <summary>An error as one line.</summary>
internal static class ErrorLine
{
    /// <summary>Gives the message without the lines and the parameter's name that .NET adds for programmers.</summary>
    public static string Of(Exception exception)
    {
        string line = exception.Message.Split('\n')[0].TrimEnd();
        int parameter = line.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? line : line[..parameter];
    }
}
