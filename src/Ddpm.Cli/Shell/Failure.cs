using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Shell;

/// <summary>
/// Ends a program whose exception nothing else handles: one line on what is wrong, and an exit code. The samples and benchmarks compile
/// this file too.
/// </summary>
internal static class Failure
{
    /// <summary>Runs a program.</summary>
    /// <param name="error">Receives the line.</param>
    /// <param name="verbose">Whether the whole exception follows the line.</param>
    /// <param name="run">The program; gives the exit code.</param>
    /// <param name="interrupted">The line of a program that was cancelled.</param>
    /// <returns>The program's exit code; 1 after an error, 2 after a wrong command line, 130 after it was cancelled.</returns>
    public static int Run(TextWriter error, bool verbose, Func<int> run, string interrupted = "Interrupted.")
    {
        try
        {
            return run();
        }
#pragma warning disable CA1031 // Nothing else handles it: the alternative is an abort with a trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Report(error, verbose, exception, interrupted);
        }
    }

    /// <summary>Writes the line of an exception.</summary>
    /// <param name="error">Receives the line.</param>
    /// <param name="verbose">Whether the whole exception follows the line.</param>
    /// <param name="exception">The exception.</param>
    /// <param name="interrupted">The line of a program that was cancelled.</param>
    /// <returns>The exit code.</returns>
    public static int Report(TextWriter error, bool verbose, Exception exception, string interrupted = "Interrupted.")
    {
        Exception cause = Cause(exception);
        error.WriteLine(cause is OperationCanceledException ? interrupted : IsForUsers(cause) ? ErrorLine.Of(cause) : Unforeseen(cause));
        if (verbose) error.WriteLine(exception);
        return cause switch
        {
            OperationCanceledException => ExitCode.Cancelled,
            UsageException => ExitCode.Misused,
            _ => ExitCode.Failed,
        };
    }

    // Wrappers of the runtime say nothing of their own.
    private static Exception Cause(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Cause(only),
        TypeInitializationException or TargetInvocationException when exception.InnerException is { } inner => Cause(inner),
        _ => exception,
    };

    // Errors whose messages say what is wrong with what a user named.
    private static bool IsForUsers(Exception exception) =>
        exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException or NotSupportedException
            or UnauthorizedAccessException or KeyNotFoundException or Win32Exception
        || IsOurs(exception.GetType());

    // A report of it should say what it was and where.
    private static string Unforeseen(Exception exception)
    {
        string kind = exception is ExternalException ? "libtorch" : exception.GetType().Name;
        MethodBase? place = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType is { } type && IsOurs(type));
        return $"{ErrorLine.Of(exception)} ({kind}, called by {place?.DeclaringType?.FullName}.{place?.Name})";
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith(nameof(Ddpm), StringComparison.Ordinal) == true;
}
