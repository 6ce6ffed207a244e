namespace Ddpm.Core;

/// <summary>
/// The message of an error without the parameter's name, which .NET adds and which says nothing to who wrote a file or a command. The
/// samples and benchmarks compile this file too.
/// </summary>
internal static class ArgumentMessage
{
    /// <summary>Gives the message.</summary>
    public static string Of(Exception exception)
    {
        int parameter = exception is ArgumentException ? exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal) : -1;
        return parameter < 0 ? exception.Message : exception.Message[..parameter];
    }
}
