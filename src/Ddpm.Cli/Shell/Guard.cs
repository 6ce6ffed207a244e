using System.Runtime.InteropServices;

namespace Ddpm.Cli.Shell;

/// <summary>Runs a command with Ctrl-C and SIGTERM.</summary>
internal static class Guard
{
    private const string ShowCursor = "\e[?25h";

    /// <summary>Runs a command; gives 0 when it is done, 130 when it was interrupted.</summary>
    public static int Run(Func<CancellationToken, bool> run)
    {
        using var stop = new CancellationTokenSource();
        void Pressed(object? sender, ConsoleCancelEventArgs pressed)
        {
            // The first Ctrl-C ends at the next step, and saves; the second ends at once, with the cursor that a display may have hidden.
            pressed.Cancel = !stop.IsCancellationRequested;
            if (!pressed.Cancel && !Console.IsErrorRedirected) Console.Error.Write(ShowCursor);
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
        finally
        {
            Console.CancelKeyPress -= Pressed;
        }
    }
}
