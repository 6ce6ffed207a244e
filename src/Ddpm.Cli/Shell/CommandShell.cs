using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;

namespace Ddpm.Cli.Shell;

/// <summary>
/// Makes commands around what they do: options, <c>--mpi</c>, <c>--json</c>, Ctrl-C, errors as one line and the exit code.
/// </summary>
/// <param name="output">Receives results.</param>
/// <param name="error">Receives errors, and messages under --json.</param>
/// <param name="loadTorch">Loads libtorch for what it is told, such as "ddpm train"; throws where there is none.</param>
/// <param name="join">Joins the ranks of <c>--mpi</c>.</param>
internal sealed class CommandShell(
    TextWriter output, TextWriter error, Action<string> loadTorch, Func<MpiOptions, ICommunicator> join)
{
    /// <summary>The option that shows the trace of an error.</summary>
    public const string Verbose = "--verbose";

    private readonly ComputeThreads threads = new(loadTorch);

    /// <summary>Loads libtorch for what it is told, such as "ddpm train"; throws where there is none.</summary>
    public Action<string> LoadTorch => threads.LoadTorch;

    /// <summary>The value of <c>--threads</c> while a command runs; null where the command line does not say.</summary>
    public int? Threads => threads.Count;

    /// <summary>Makes a command of one process.</summary>
    /// <param name="name">The word that calls it.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="example">A command line, for the help.</param>
    /// <param name="options">Makes the command's options from a reader; it runs once to declare them and once to read them.</param>
    /// <param name="run">The command; false where it was interrupted.</param>
    /// <param name="torch">Whether the command needs libtorch in any case; otherwise it loads it where it does.</param>
    /// <param name="computes">Whether the command has <c>--threads</c>; null where it does if it needs libtorch.</param>
    public Command Create<TOptions>(
        string name,
        string description,
        string example,
        Func<OptionReader, TOptions> options,
        Func<TOptions, Screen, CancellationToken, bool> run,
        bool torch = true,
        bool? computes = null)
    {
        var command = new ProgramCommand(name, description, example);
        OptionReader declare = OptionReader.Declaring(command, LoadTorch);
        options(declare);
        if (computes ?? torch) ReadThreads(declare);
        Screen(declare, TextWriter.Null, TextWriter.Null);
        command.SetAction(parsed => Guard.Run(stop =>
        {
            OptionReader read = OptionReader.Reading(parsed);
            return threads.Run(computes ?? torch ? ReadThreads(read) : null, () =>
            {
                if (torch) LoadTorch(CommandPath.Of(command));
                return OptionNames.Translate(() => run(options(read), Screen(read, output, error), stop));
            });
        }));
        return command;
    }

    /// <summary>Makes a command that several processes run together under mpirun or srun; the first one writes.</summary>
    /// <param name="name">The word that calls it.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="example">A command line, for the help.</param>
    /// <param name="options">Makes the command's options from a reader; it runs once to declare them and once to read them.</param>
    /// <param name="run">The command on its ranks; false where it was interrupted.</param>
    /// <param name="torch">Whether the command needs libtorch without --mpi too; otherwise it loads it where it does.</param>
    public Command CreateParallel<TOptions>(
        string name,
        string description,
        string example,
        Func<OptionReader, TOptions> options,
        Func<TOptions, Screen, ICommunicator, CancellationToken, bool> run,
        bool torch = true)
    {
        var command = new ProgramCommand(name, description, example);
        OptionReader declare = OptionReader.Declaring(command, LoadTorch);
        options(declare);
        ReadThreads(declare);
        Mpi(declare);
        MpiTimeout(declare);
        Screen(declare, TextWriter.Null, TextWriter.Null);
        command.SetAction(parsed => Guard.Run(stop =>
        {
            OptionReader read = OptionReader.Reading(parsed);
            bool mpi = Mpi(read);
            return threads.Run(ReadThreads(read), () =>
            {
                // Ranks send each other tensors.
                if (torch || mpi) LoadTorch(CommandPath.Of(command) + (torch ? "" : " --mpi"));
                return Communicators.Run(mpi, MpiTimeout(read), join, ranks =>
                {
                    ranks.RequireSame("command line", CommandWords.Of(parsed));
                    (TextWriter results, TextWriter messages) = ranks.Rank == 0 ? (output, error) : (TextWriter.Null, TextWriter.Null);
                    return OptionNames.Translate(() => run(options(read), Screen(read, results, messages), ranks, stop));
                });
            });
        }));
        return command;
    }

    private static Screen Screen(OptionReader read, TextWriter results, TextWriter messages)
    {
        read = read.Section(ProgramCommand.EveryCommand);
        bool verbose = read.Flag(Verbose, "Write every line of progress, and after an error its stack trace");
        bool quiet = read.Flag("--quiet", "Write results, warnings and errors alone: no messages and no progress");
        bool json = read.Flag("--json", "Write the result to standard output as JSON, and nothing else; messages go to standard error");
        return new Screen(results, messages, json, quiet, verbose);
    }

    private static int? ReadThreads(OptionReader read) => read.Section(ProgramCommand.Machine).Number(
        "--threads",
        "Threads that compute, in each process; by default OMP_NUM_THREADS, or as many as there are processors",
        least: 1,
        Most.Threads);

    private static bool Mpi(OptionReader read) => read.Section(ProgramCommand.Machine).Flag(
        "--mpi", "Work together with the other processes that mpirun or srun started; without a launcher, alone");

    private static int? MpiTimeout(OptionReader read) => read.Section(ProgramCommand.Machine).Number(
        "--mpi-timeout",
        "Seconds after which a process that does not join, or gives no sign of life, ends all; by default 25 at the start and 60 later",
        least: 1);
}
