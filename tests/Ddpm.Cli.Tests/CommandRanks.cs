using Ddpm.Tests;

namespace Ddpm.Cli.Tests;

/// <summary>Processes of one <c>--mpi</c> command as threads of this process: what they do together, without a launcher and MPI.</summary>
internal static class CommandRanks
{
    /// <summary>Runs a command line on each rank.</summary>
    /// <param name="commands">The command line of each rank.</param>
    /// <returns>The largest exit code, and what the ranks wrote, one after the other.</returns>
    public static (int Code, string Output, string Error) Run(params string[][] commands)
    {
        StringWriter[] outputs = [.. commands.Select(_ => new StringWriter())], errors = [.. commands.Select(_ => new StringWriter())];
        var codes = new int[commands.Length];
        try
        {
            ThreadRanks.Run(commands.Length, ranks =>
            {
                int rank = ranks.Rank;
                codes[rank] = CommandLine.Run(commands[rank], outputs[rank], errors[rank], join: _ => ranks);
                // The others may wait for this rank: an exception ends them.
                return codes[rank] == 0 ? 0 : throw new InvalidOperationException($"Rank {rank} ended with code {codes[rank]}.");
            });
        }
        catch (AggregateException)
        {
            // The codes tell.
        }

        return (codes.Max(), string.Concat(outputs.AsEnumerable()), string.Concat(errors.AsEnumerable()));
    }
}
