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

    /// <summary>The run of OpenMPI on so many ranks, or of one process for 0.</summary>
    internal (string Folder, JobResult Job) Of(int ranks)
    {
        string at = Path.Combine(folder.FullName, ranks.ToString(CultureInfo.InvariantCulture));
        if (!jobs.TryGetValue(ranks, out JobResult? job)) jobs[ranks] = job = Train(at, ranks, Steps);
        return (at, job);
    }

    /// <summary>Trains in a folder up to a step.</summary>
    internal static JobResult Train(string folder, int ranks, long steps) =>
        MpiJob.Run(ranks, "train", folder, steps.ToString(CultureInfo.InvariantCulture)).Succeeded();
}
