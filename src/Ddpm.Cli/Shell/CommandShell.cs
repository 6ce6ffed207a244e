using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Core;

namespace Ddpm.Cli.Shell;

/// <summary>
/// Makes commands around what they do: options, <c>--mpi</c>, <c>--json</c>, Ctrl-C, errors as one line and the exit code.
/// </summary>
/// <param name="output">Receives results.</param>
/// <param name="error">Receives errors, and messages under --json.</param>
/// <param name="loadTorch">Loads libtorch for what it is told, such as "ddpm train"; throws where there is none.</param>
internal sealed class CommandShell(TextWriter output, TextWriter error, Action<string> loadTorch)
{
    /// <summary>The option that shows the trace of an error.</summary>
    public const string Verbose = "--verbose";

    /// <summary>Loads libtorch for what it is told, such as "ddpm train"; throws where there is none.</summary>
    public Action<string> LoadTorch => loadTorch;

    /// <summary>Makes a command of one process.</summary>
    /// <param name="name">The word that calls it.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="options">Makes the command's options from a reader; it runs once to declare them and once to read them.</param>
    /// <param name="run">The command; false where it was interrupted.</param>
    /// <param name="torch">Whether the command needs libtorch in any case; otherwise it loads it where it does.</param>
    public Command Create<TOptions>(
        string name,
        string description,
        Func<OptionReader, TOptions> options,
        Func<TOptions, Screen, CancellationToken, bool> run,
        bool torch = true)
    {
        var command = new Command(name, description);
        var declare = OptionReader.Declaring(command, loadTorch);
        options(declare);
        Screen(declare, TextWriter.Null, TextWriter.Null);
        command.SetAction(parsed => Guard.Run(stop =>
        {
            if (torch) loadTorch(CommandWords.NameOf(command));
            OptionReader read = OptionReader.Reading(parsed);
            return OptionNames.Translate(() => run(options(read), Screen(read, output, error), stop));
        }));
        return command;
    }

    /// <summary>Makes a command that several processes run together under mpirun or srun; the first one writes.</summary>
    /// <param name="name">The word that calls it.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="options">Makes the command's options from a reader; it runs once to declare them and once to read them.</param>
    /// <param name="run">The command on its ranks; false where it was interrupted.</param>
    /// <param name="torch">Whether the command needs libtorch without --mpi too; otherwise it loads it where it does.</param>
    public Command CreateParallel<TOptions>(
        string name,
        string description,
        Func<OptionReader, TOptions> options,
        Func<TOptions, Screen, ICommunicator, CancellationToken, bool> run,
        bool torch = true)
    {
        var command = new Command(name, description);
        var declare = OptionReader.Declaring(command, loadTorch);
        options(declare);
        Mpi(declare);
        MpiTimeout(declare);
        Screen(declare, TextWriter.Null, TextWriter.Null);
        command.SetAction(parsed => Guard.Run(stop =>
        {
            OptionReader read = OptionReader.Reading(parsed);
            bool mpi = Mpi(read);
            // Ranks send each other tensors.
            if (torch || mpi) loadTorch(CommandWords.NameOf(command) + (torch ? "" : " --mpi"));
            return Communicators.Run(mpi, MpiTimeout(read), ranks =>
            {
                ranks.RequireSame("command line", CommandWords.Of(parsed));
                (TextWriter results, TextWriter messages) = ranks.Rank == 0 ? (output, error) : (TextWriter.Null, TextWriter.Null);
                return OptionNames.Translate(() => run(options(read), Screen(read, results, messages), ranks, stop));
            });
        }));
        return command;
    }

    private static Screen Screen(OptionReader read, TextWriter results, TextWriter messages)
    {
        bool verbose = read.Flag(Verbose, "Write every line of progress, and after an error where in the program it was too");
        bool quiet = read.Flag("--quiet", "Write results, warnings and errors alone: no messages and no progress");
        bool json = read.Flag("--json", "Write the result to standard output as JSON, and nothing else; messages go to standard error");
        return new Screen(results, messages, json, quiet, verbose);
    }

    private static bool Mpi(OptionReader read) =>
        read.Flag("--mpi", "One of the processes that mpirun or srun starts; alone without a launcher");

    private static int? MpiTimeout(OptionReader read) => read.Number(
        "--mpi-timeout",
        "Seconds after which a process that does not join, or gives no sign of life, ends all; by default 25 at the start and 60 later",
        least: 1);
}
