using System.CommandLine;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using TorchSharp;

namespace Ddpm.Cli;

/// <summary>What the commands that run under mpirun or srun have in common: <c>--mpi</c>, and who speaks.</summary>
internal static class Communicators
{
    /// <summary>The option.</summary>
    public static Option<bool> Option() => new("--mpi") { Description = "One of the processes that mpirun or srun starts; alone without a launcher" };

    /// <summary>
    /// Runs a command on its ranks, which end together: an exception on one ends all. Of the ranks the first writes, unless one has an error to tell.
    /// </summary>
    /// <param name="mpi">Whether <c>--mpi</c> was given.</param>
    /// <param name="output">Where the command writes.</param>
    /// <param name="run">The command, given its ranks and where it writes.</param>
    public static T Run<T>(bool mpi, TextWriter output, Func<ICommunicator, TextWriter, T> run)
    {
        if (!mpi) return run(SingleProcess.Instance, output);
        using ICommunicator ranks = MpiCommunicator.Start();
        return ranks.Together(() => run(ranks, ranks.Rank == 0 ? output : TextWriter.Null));
    }

    /// <summary>The device that <c>--device</c> names: with several ranks "cuda" is the GPU of the rank on its machine.</summary>
    public static torch.Device Device(string name, ICommunicator ranks) => name == "cuda" && ranks.WorldSize > 1 ? ranks.Device() : new torch.Device(name);
}
