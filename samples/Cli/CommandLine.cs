using System.CommandLine;
using Ddpm.Cli.Training;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;

namespace Ddpm.Cli;

/// <summary>The commands, and what they have in common: Ctrl-C, and errors as one line.</summary>
internal static class CommandLine
{
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Denoising diffusion models: trains them on your images.") { TrainCommand.Create(output, error), ExportCommand.Create(output, error) };
        return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
    }

    /// <summary>Runs a command: 0 when it is done, 1 with a line on what is wrong, 130 when it was interrupted.</summary>
    public static int Guarded(TextWriter error, Func<CancellationToken, bool> run)
    {
        using var stop = new CancellationTokenSource();
        void Pressed(object? sender, ConsoleCancelEventArgs pressed)
        {
            // The first Ctrl-C ends at the next step, and saves; the second ends at once.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        Console.CancelKeyPress += Pressed;
        try
        {
            return run(stop.Token) ? 0 : 130;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException or NotSupportedException or UnauthorizedAccessException or NonFiniteException or MpiException)
        {
            error.WriteLine(OneLine(exception));
            return 1;
        }
        finally
        {
            Console.CancelKeyPress -= Pressed;
        }
    }

    /// <summary>What is wrong, without what .NET adds for programmers.</summary>
    public static string OneLine(Exception exception)
    {
        string line = exception.Message.Split('\n')[0].TrimEnd();
        int parameter = line.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? line : line[..parameter];
    }
}
