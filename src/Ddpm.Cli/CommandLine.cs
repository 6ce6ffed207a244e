using System.CommandLine;
using System.CommandLine.Help;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Completion;
using Ddpm.Cli.Conversion;
using Ddpm.Cli.Distillation;
using Ddpm.Cli.Doctor;
using Ddpm.Cli.Evaluation;
using Ddpm.Cli.Export;
using Ddpm.Cli.Gaps;
using Ddpm.Cli.Help;
using Ddpm.Cli.Inspection;
using Ddpm.Cli.Sampling;
using Ddpm.Cli.Shell;
using Ddpm.Cli.Training;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;

namespace Ddpm.Cli;

/// <summary>Runs the commands of <c>ddpm</c>, with Ctrl-C, configuration files and errors as one line.</summary>
internal static class CommandLine
{
    // An argument that begins with @ is no file of arguments.
    private static readonly ParserConfiguration Words = new() { ResponseFileTokenReplacer = null };

    /// <summary>Parses and runs a command line; gives the exit code.</summary>
    /// <param name="args">The words of the command line.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives errors, and messages under --json.</param>
    /// <param name="loadTorch">Loads libtorch for what it is told, such as "ddpm train". Default: <see cref="LibTorch.Load"/>.</param>
    /// <param name="join">Joins the ranks of <c>--mpi</c>. Default: <see cref="MpiCommunicator.Start"/>.</param>
    public static int Run(
        string[] args, TextWriter output, TextWriter error, Action<string>? loadTorch = null,
        Func<MpiOptions, ICommunicator>? join = null) =>
        Failure.Run(
            error,
            args.Contains(CommandShell.Verbose),
            () => Parse(args, Create(output, error, loadTorch ?? LibTorch.Load, join ?? MpiCommunicator.Start), output, error));

    private static int Parse(string[] args, RootCommand root, TextWriter output, TextWriter error)
    {
        if (CompletionRequest.TryAnswer(args, root, output)) return ExitCode.Done;
        args = args.Length == 0 ? ["--help"] : HelpCommand.Expand(args);
        ParseResult typed = root.Parse(args, Words);
        if (Mistakes.Find(typed, args) is { } mistake) return Misuse(error, mistake);
        (args, string? config) = ConfigFile.Expand(typed, args);
        ParseResult parsed = config is null ? typed : root.Parse(args, Words);
        if (Mistakes.Missing(parsed) is { } missing) return Misuse(error, missing);
        if (parsed.Errors.Count > 0)
        {
            // The errors that the command line alone does not have are the file's.
            HashSet<string> own = [.. Mistakes.Others(typed)];
            return Misuse(error, [.. Mistakes.Others(parsed).Select(problem => own.Contains(problem) ? problem : $"{config}: {problem}")]);
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
        });
    }

    private static int Misuse(TextWriter error, params string[] problems)
    {
        error.WriteLine(ErrorLine.Of(string.Join(' ', problems)));
        return ExitCode.Misused;
    }

    /// <summary>Makes all commands.</summary>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives errors, and messages under --json.</param>
    /// <param name="loadTorch">Loads libtorch for what it is told.</param>
    /// <param name="join">Joins the ranks of <c>--mpi</c>.</param>
    internal static RootCommand Create(
        TextWriter output, TextWriter error, Action<string> loadTorch, Func<MpiOptions, ICommunicator> join)
    {
        var shell = new CommandShell(output, error, loadTorch, join);
        var root = new RootCommand(
            "Denoising diffusion models: trains them on your images, samples and measures them. "
            + "Exit codes: 0 done, 1 error, 2 wrong command line, 130 interrupted.")
        {
            TrainCommand.Create(shell), DistillCommand.Create(shell), ExportCommand.Create(shell), SampleCommand.Create(shell),
            FillCommand.Create(shell), EvaluateCommand.Create(shell), InspectCommand.Create(shell), ConvertCommand.Create(shell),
            DoctorCommand.Create(shell), CompletionCommand.Create(output), HelpCommand.Create(),
        };
        foreach (Command command in root.Subcommands.SelectMany(command => command.Subcommands.Count > 0 ? command.Subcommands : [command]))
        {
            if (command.Options.Count > 0) command.Add(ConfigFile.Option());
        }

        root.Options.OfType<HelpOption>().Single().Action = new HelpPage();

        return root;
    }
}
