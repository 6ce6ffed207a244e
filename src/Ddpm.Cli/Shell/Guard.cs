using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;

namespace Ddpm.Cli.Shell;

/// <summary>Runs a command with Ctrl-C, and turns its errors into one line and an exit code.</summary>
internal static class Guard
{
    /// <summary>Runs a command; gives 0 when it is done, 1 or 2 after a line on what is wrong, 130 when it was interrupted.</summary>
    public static int Run(TextWriter error, Func<CancellationToken, bool> run)
    {
        using var stop = new CancellationTokenSource();
        void Pressed(object? sender, ConsoleCancelEventArgs pressed)
        {
            // The first Ctrl-C ends at the next step, and saves; the second ends at once.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        Console.CancelKeyPress += Pressed;
        // Schedulers send it before they kill.
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        });
        try
        {
            return run(stop.Token) ? ExitCode.Done : ExitCode.Cancelled;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Interrupted.");
            return ExitCode.Cancelled;
        }
        catch (UsageException exception)
        {
            return Misuse(error, exception.Message);
        }
        catch (Exception exception) when (IsForUsers(exception))
        {
            error.WriteLine(ErrorLine.Of(exception));
            return ExitCode.Failed;
        }
        catch (ExternalException exception)
        {
            // An unforeseen error of libtorch: a report of it should say where it was.
            MethodBase? place = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod())
                .FirstOrDefault(method => method?.DeclaringType?.Namespace?.StartsWith(nameof(Ddpm), StringComparison.Ordinal) == true);
            error.WriteLine($"{ErrorLine.Of(exception)} (libtorch, called by {place?.DeclaringType?.FullName}.{place?.Name})");
            return ExitCode.Failed;
        }
        finally
        {
            Console.CancelKeyPress -= Pressed;
        }
    }

    /// <summary>Writes what is wrong with a command line; gives the exit code for it.</summary>
    public static int Misuse(TextWriter error, params string[] problems)
    {
        foreach (string problem in problems) error.WriteLine(problem);
        return ExitCode.Misused;
    }

    // Errors whose messages say what is wrong with what a user named.
    private static bool IsForUsers(Exception exception) => exception is ArgumentException or IOException or InvalidDataException
        or InvalidOperationException or NotSupportedException or UnauthorizedAccessException or NonFiniteException or KeyNotFoundException
        or TorchRuntimeException or MpiException;
}
