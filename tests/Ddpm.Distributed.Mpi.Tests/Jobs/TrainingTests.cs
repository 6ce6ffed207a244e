using System.Globalization;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>A run of several ranks is that of one process; see the worker's Training for all that takes part in it.</summary>
public sealed class TrainingTests(TrainedJobs trained) : IClassFixture<TrainedJobs>, IDisposable
{
    private const int Steps = TrainedJobs.Steps;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-mpi-");

    public void Dispose() => folder.Delete(recursive: true);

    [MpiFact]
    [Trait("Category", "Slow")]
    public void Train_OneTwoAndFourRanks_GiveTheSameWeights()
    {
        (string aloneFolder, JobResult alone) = trained.Of(0);
        foreach (int ranks in new[] { 2, 4 })
        {
            (string jobFolder, JobResult job) = trained.Of(ranks);
            job.Last(ranks).Distinct()
                .Should().ContainSingle("all ranks end with the same bits").Which.Should().StartWith($"done at {Steps}, ");
            foreach (string file in new[] { "network.safetensors", "average-0.safetensors", "optimizer.safetensors" })
            {
                TrainedFiles.Distance(aloneFolder, jobFolder, Steps, file).Should().BeLessThan(1e-6, $"{file} on {ranks} ranks");
            }

            job.Losses(ranks - 1).Should().HaveCount(Steps);
            foreach ((double expected, double actual) in alone.Losses(0).Zip(job.Losses(ranks - 1)))
            {
                actual.Should().BeApproximately(expected, 1e-6);
            }

            foreach ((double[] expected, double[] actual) in Rows(aloneFolder).Zip(Rows(jobFolder)))
            {
                // Loss, norms and the losses of early and late timesteps; the pace and the memory are the machine's.
                foreach (int column in new[] { 0, 1, 2, 3, 4, 5, 6 })
                {
                    actual[column].Should().BeApproximately(expected[column], 2e-6 * Math.Abs(expected[column]));
                }
            }
        }
    }

    [MpiFact]
    public void Train_ResumedOnAnotherNumberOfRanks_IsTheSameRun()
    {
        string straight = trained.Of(0).Folder;
        Train("moved", 0, 2);
        Train("moved", 2, 4).Of(1).Should().Contain("resumed at 2");
        Train("moved", 0, Steps).Of(0).Should().Contain("resumed at 4");
        TrainedFiles.Distance(straight, At("moved"), Steps, "network.safetensors").Should().BeLessThan(1e-6);
        TrainedFiles.Distance(straight, At("moved"), Steps, "average-0.safetensors").Should().BeLessThan(1e-6);
    }

    [MpiFact]
    public void Train_RankKilled_EndsTheJobAndLeavesAGoodCheckpoint()
    {
        int victim = 0;
        JobResult job = MpiJob.Run(MpiLaunchers.OpenMpi, 2, ["train", At("killed"), "1000", "slow"], heard: line =>
        {
            string[] words = line.Split(' ');
            if (words[0] == "1>" && words[1] == "process") victim = int.Parse(words[2], CultureInfo.InvariantCulture);
            if (line.StartsWith("0> step 3 ", StringComparison.Ordinal)) System.Diagnostics.Process.GetProcessById(victim).Kill();
        });

        job.ExitCode.Should().NotBe(0);
        job.Losses(0).Length.Should().BeInRange(3, 100, "the launcher ends the other rank long before the run would");
        // The step the checkpoints had come to; the run goes on from there, alone.
        string last = new DirectoryInfo(Path.Combine(At("killed"), "checkpoints")).GetDirectories("step-*")
            .Max(directory => directory.Name)!;
        long step = long.Parse(last["step-".Length..], CultureInfo.InvariantCulture);
        step.Should().BeGreaterThanOrEqualTo(2);
        Train("killed", 0, step + 2).Of(0).Should().Contain($"resumed at {step}");
        Train("straight", 0, step + 2);
        TrainedFiles.Distance(At("straight"), At("killed"), step + 2, "network.safetensors").Should().BeLessThan(1e-6);
    }

    [MpiFact]
    public void Train_OneRankCancelled_AllEndAfterTheSameStep()
    {
        JobResult job = MpiJob.Run(2, "train", At("cancelled"), "100", "cancel").Succeeded();
        job.Last(2).Distinct().Should().ContainSingle().Which.Should().StartWith("cancelled at 2, ");
        Directory.Exists(TrainedFiles.Checkpoint(At("cancelled"), 2)).Should().BeTrue();
    }

    [MpiFact]
    public void Train_OptionThatDiffers_IsRefusedByName()
    {
        JobResult job = MpiJob.Run(2, "train", At("wrong"), "2", "wrong");
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("All ranks must have the same options and network. LearningRate: 0.001 on rank 0, 0.005 on rank 1.");
        Directory.Exists(At("wrong")).Should().BeFalse();
    }

    [BothMakesFact]
    public void Train_OpenMpiAndMpich_Agree()
    {
        string[] command = ["train", At("mpich"), Steps.ToString(CultureInfo.InvariantCulture)];
        string[] ends = [.. trained.Of(2).Job.Last(2), .. MpiJob.Run(MpiLaunchers.Mpich, 2, command).Succeeded().Last(2)];
        ends.Distinct().Should().ContainSingle("a sum of two numbers has one rounding only")
            .Which.Should().StartWith($"done at {Steps}, ");
    }

    private JobResult Train(string name, int ranks, long steps) => TrainedJobs.Train(At(name), ranks, steps);

    private static double[][] Rows(string folder)
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, "metrics.csv"));
        lines.Should().HaveCount(1 + Steps / 2);
        return [.. lines.Skip(1)
            .Select(line => line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray())];
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
