using System.CommandLine;
using System.Diagnostics;
using System.Reflection;
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

/// <summary>Runs the commands of <c>ddpm</c>, with Ctrl-C, configuration files and errors as one line.</summary>
internal static class CommandLine
{
    /// <summary>An exit code: done; an error; a wrong command line; interrupted.</summary>
    public const int Done = 0, Failed = 1, Misused = 2, Cancelled = 130;

    /// <summary>Parses and runs a command line; gives the exit code.</summary>
    /// <param name="args">The words of the command line.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives errors, and messages under --json.</param>
    /// <param name="noTorch">Why libtorch is missing, which every command needs but not the help; null where it is there.</param>
    public static int Run(string[] args, TextWriter output, TextWriter error, string? noTorch = null)
    {
        try
        {
            return Parse(args, output, error, noTorch);
        }
        catch (TypeInitializationException) when (noTorch is not null)
        {
            error.WriteLine(noTorch);
            return Failed;
        }
    }

    /// <summary>Runs a command; gives 0 when it is done, 1 or 2 after a line on what is wrong, 130 when it was interrupted.</summary>
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
        // Schedulers send it before they kill.
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
        catch (Exception exception) when (IsForUsers(exception))
        {
            error.WriteLine(OneLine(exception));
            return Failed;
        }
        catch (ExternalException exception)
        {
            // An unforeseen error of libtorch: a report of it should say where it was.
            MethodBase? place = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod())
                .FirstOrDefault(method => method?.DeclaringType?.Namespace?.StartsWith(nameof(Ddpm), StringComparison.Ordinal) == true);
            error.WriteLine($"{OneLine(exception)} (libtorch, called by {place?.DeclaringType?.FullName}.{place?.Name})");
            return Failed;
        }
        finally
        {
            Console.CancelKeyPress -= Pressed;
        }
    }

    /// <summary>Gives the message without the lines and the parameter's name that .NET adds for programmers.</summary>
    public static string OneLine(Exception exception)
    {
        string line = exception.Message.Split('\n')[0].TrimEnd();
        int parameter = line.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? line : line[..parameter];
    }

    // Errors whose messages say what is wrong with what a user named.
    private static bool IsForUsers(Exception exception) => exception is ArgumentException or IOException or InvalidDataException
        or InvalidOperationException or NotSupportedException or UnauthorizedAccessException or NonFiniteException or KeyNotFoundException
        or TorchRuntimeException or MpiException;

    private static int Parse(string[] args, TextWriter output, TextWriter error, string? noTorch)
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
            // The errors that the command line alone does not have are the file's.
            HashSet<string> own = [.. typed.Errors.Select(problem => problem.Message)];
            return Misuse(error, [.. parsed.Errors
                .Select(problem => own.Contains(problem.Message) ? problem.Message : $"{config}: {problem.Message}").Distinct()]);
        }

        if (noTorch is not null && parsed.Action == parsed.CommandResult.Command.Action)
        {
            error.WriteLine(noTorch);
            return Failed;
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
        });
    }

    private static RootCommand Create(TextWriter output, TextWriter error)
    {
        var shell = new CommandShell(output, error);
        var root = new RootCommand(
            "Denoising diffusion models: trains them on your images, samples and measures them. "
            + "Exit codes: 0 done, 1 error, 2 wrong command line, 130 interrupted.")
        {
            TrainCommand.Create(shell), ExportCommand.Create(shell), SampleCommand.Create(shell),
            EvaluateCommand.Create(shell), InspectCommand.Create(shell), ConvertCommand.Create(shell),
        };
        foreach (Command command in root.Subcommands.SelectMany(command => command.Subcommands.Count > 0 ? command.Subcommands : [command]))
        {
            command.Add(ConfigFile.Option());
        }

        return root;
    }

    private static int Misuse(TextWriter error, params string[] problems)
    {
        foreach (string problem in problems) error.WriteLine(problem);
        return Misused;
    }
}
