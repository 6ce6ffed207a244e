using System.Globalization;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>Whole runs, one for each number of ranks, which several tests compare with; each is trained when first asked for.</summary>
public sealed class TrainedJobs : IDisposable
{
    /// <summary>The steps of a whole run.</summary>
    public const int Steps = 6;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-mpi-");
    private readonly Dictionary<int, JobResult> jobs = [];

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The run of OpenMPI on so many ranks, or of this process for 0.</summary>
    internal (string Folder, JobResult Job) Of(int ranks)
    {
        string at = Path.Combine(folder.FullName, ranks.ToString(CultureInfo.InvariantCulture));
        if (!jobs.TryGetValue(ranks, out JobResult? job)) jobs[ranks] = job = Train(at, ranks, Steps);
        return (at, job);
    }

    /// <summary>Trains in a folder up to a step, in this process for 0 ranks.</summary>
    internal static JobResult Train(string folder, int ranks, long steps)
    {
        string[] arguments = [folder, steps.ToString(CultureInfo.InvariantCulture)];
        return ranks > 0
            ? MpiJob.Run(ranks, ["train", .. arguments]).Succeeded()
            : MpiJob.Alone(alone => MpiWorker.Training.Run(alone, arguments));
    }
}
