using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using static TorchSharp.torch;

namespace Ddpm.MpiWorker;

/// <summary>What a rank does in each case.</summary>
internal static class Cases
{
    public static int Run(string name, string[] arguments, Func<MpiOptions?, ICommunicator> start)
    {
        set_num_threads(1);
        if (name == "caught") return Caught(start);
        // Short only where a test waits for it: a busy machine must not fail the others. Nobody joins the rank that is "apart".
        ICommunicator ranks = start(new MpiOptions
        {
            LeaveTimeout = TimeSpan.FromSeconds(60),
            StartTimeout = TimeSpan.FromSeconds(name == "apart" ? 2 : 120),
            SilenceTimeout = TimeSpan.FromSeconds(name is "stop" or "lost" ? 3 : 120),
        });
        switch (name)
        {
            case "hello" or "apart": Introduce(ranks); break;
            case "collectives":
                Introduce(ranks);
                Collectives.Run(ranks);
                break;
            case "train": Training.Run(ranks, arguments); break;
            case "sample":
                Sampling.Sample(ranks, arguments[0]);
                Sampling.Evaluate(ranks, arguments[1]);
                break;
            case "throw": Throw(ranks); break;
            case "leave": return Leave(ranks);
            case "forget": return 0;
            case "uneven": return Uneven(ranks);
            case "disagree": Disagree(ranks); break;
            case "stop": Stop(ranks, int.Parse(arguments[0], CultureInfo.InvariantCulture)); break;
            case "work" or "lost": Work(ranks); break;
            default: throw new ArgumentException(name);
        }

        ranks.Dispose();
        return 0;
    }

    private static void Introduce(ICommunicator ranks) =>
        Voice.Say(ranks, $"{ranks.Rank} of {ranks.WorldSize}, local {ranks.LocalRank}, {(ranks as MpiCommunicator)?.Library}");

    // Rank 0 waits for one that fails, and nobody handles it.
    private static void Throw(ICommunicator ranks)
    {
        ranks.Barrier();
        if (ranks.Rank == 1) throw new InvalidDataException("the data of rank 1 are damaged");
        ranks.Barrier();
    }

    // The same where the program handles the exception and ends in order, as far as it knows.
    private static int Caught(Func<MpiOptions?, ICommunicator> start)
    {
        try
        {
            using ICommunicator ranks = start(null);
            return ranks.Together(() =>
            {
                if (ranks.Rank == 1) throw new ArgumentException("the data of rank 1 are damaged", nameof(start));
                ranks.Barrier();
                return 0;
            });
        }
        catch (ArgumentException)
        {
            return 0;
        }
    }

    private static int Leave(ICommunicator ranks)
    {
        if (ranks.Rank == 1) return 0;
        ranks.Barrier();
        ranks.Dispose();
        return 0;
    }

    // Rank 1 leaves in order, while rank 0 waits for it elsewhere.
    private static int Uneven(ICommunicator ranks)
    {
        if (ranks.Rank == 0) ranks.Barrier();
        ranks.Dispose();
        return 0;
    }

    // The third call differs; each rank would wait for the other's for ever.
    private static void Disagree(ICommunicator ranks)
    {
        ranks.Barrier();
        if (ranks.Rank == 1) ranks.AllGather([1]);
        ranks.Barrier();
        ranks.Barrier();
    }

    // A rank is stopped while it computes, and the others wait for it.
    private static void Stop(ICommunicator ranks, int rank)
    {
        ranks.Barrier();
        Voice.Say(ranks, $"process {Environment.ProcessId}");
        ranks.Barrier();
        if (ranks.Rank == rank) Process.Start("kill", ["-STOP", $"{Environment.ProcessId}"]).WaitForExit();
        ranks.Barrier();
    }

    private static void Work(ICommunicator ranks)
    {
        ranks.Barrier();
        Voice.Say(ranks, $"process {Environment.ProcessId}");
        while (true)
        {
            ranks.Barrier();
            Thread.Sleep(10);
        }
    }
}
