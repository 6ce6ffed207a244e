using System.Runtime.InteropServices;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>Jobs that sample and then evaluate, one for each number of ranks (0: this process), which the tests of both share.</summary>
public sealed class SampledJobs : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-mpi-");
    private readonly Dictionary<int, JobResult> jobs = [];

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The samples of all ranks, after rank 0 has said a line.</summary>
    public float[] Samples(int ranks, string said) => Numbers<float>(ranks, said, At(ranks, "samples"));

    /// <summary>The mean and the covariance of the features of all ranks' samples, after rank 0 has said a line.</summary>
    public double[] Statistics(int ranks, string said) => Numbers<double>(ranks, said, At(ranks, "statistics"));

    private T[] Numbers<T>(int ranks, string said, string file)
        where T : struct
    {
        if (!jobs.TryGetValue(ranks, out JobResult? job))
        {
            (string samples, string statistics) = (At(ranks, "samples"), At(ranks, "statistics"));
            job = ranks > 0
                ? MpiJob.Run(ranks, "sample", samples, statistics).Succeeded()
                : MpiJob.Alone(alone =>
                {
                    MpiWorker.Sampling.Sample(alone, samples);
                    MpiWorker.Sampling.Evaluate(alone, statistics);
                });
            jobs[ranks] = job;
        }

        job.Of(0).Should().Contain(said);
        return MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(file)).ToArray();
    }

    private string At(int ranks, string what) => Path.Combine(folder.FullName, $"{what}-{ranks}");
}
