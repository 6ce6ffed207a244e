using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Conversion;
using Ddpm.Cli.Evaluation;
using Ddpm.Cli.Inspection;
using Ddpm.Cli.Sampling;
using Ddpm.Cli.Training;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;

namespace Ddpm.Cli;

/// <summary>The commands, and what they have in common: Ctrl-C, configuration files, and errors as one line.</summary>
internal static class CommandLine
{
    /// <summary>Exit codes: done; an error; the command line is wrong; interrupted.</summary>
    public const int Done = 0, Failed = 1, Misused = 2, Cancelled = 130;

    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        RootCommand root = Create(output, error);
        if (args.Length == 0) args = ["--help"];
        ParseResult typed = root.Parse(args);
        if (Mistakes.Find(typed, args) is { } mistake) return Misuse(error, mistake);
        string? config;
        try
        {
            (args, config) = ConfigFile.Expand(typed, args);
        }
        catch (UsageException exception)
        {
            return Misuse(error, exception.Message);
        }

        ParseResult parsed = config is null ? typed : root.Parse(args);
        if (Mistakes.Missing(parsed) is { } missing) return Misuse(error, missing);
        if (parsed.Errors.Count > 0)
        {
            // What the command line alone does not say, the file does.
            HashSet<string> own = [.. typed.Errors.Select(problem => problem.Message)];
            return Misuse(error, [.. parsed.Errors.Select(problem => own.Contains(problem.Message) ? problem.Message : $"{config}: {problem.Message}").Distinct()]);
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error, ProcessTerminationTimeout = null });
    }

    /// <summary>Runs a command: 0 when it is done, 1 or 2 with a line on what is wrong, 130 when it was interrupted.</summary>
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
        // What a scheduler sends before it kills.
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        });
        try
        {
            return run(stop.Token) ? Done : Cancelled;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Interrupted.");
            return Cancelled;
        }
        catch (UsageException exception)
        {
            return Misuse(error, exception.Message);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException or NotSupportedException or UnauthorizedAccessException or NonFiniteException or KeyNotFoundException or TorchRuntimeException or MpiException)
        {
            error.WriteLine(OneLine(exception));
            return Failed;
        }
        catch (ExternalException exception)
        {
            // An error of libtorch that nobody foresaw: who reports it should know where it was.
            System.Reflection.MethodBase? place = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod()).FirstOrDefault(method => method?.DeclaringType?.Namespace?.StartsWith(nameof(Ddpm), StringComparison.Ordinal) == true);
            error.WriteLine($"{OneLine(exception)} (libtorch, called by {place?.DeclaringType?.FullName}.{place?.Name})");
            return Failed;
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

    private static RootCommand Create(TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Denoising diffusion models: trains them on your images, samples and measures them. Exit codes: 0 done, 1 error, 2 wrong command line, 130 interrupted.")
        {
            TrainCommand.Create(output, error), ExportCommand.Create(output, error), SampleCommand.Create(output, error), EvaluateCommand.Create(output, error), InspectCommand.Create(output, error), ConvertCommand.Create(output, error),
        };
        foreach (Command command in root.Subcommands.SelectMany(command => command.Subcommands.Count > 0 ? command.Subcommands : [command])) command.Add(ConfigFile.Option());
        return root;
    }

    private static int Misuse(TextWriter error, params string[] problems)
    {
        foreach (string problem in problems) error.WriteLine(problem);
        return Misused;
    }
}
