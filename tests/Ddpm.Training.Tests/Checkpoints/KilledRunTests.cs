using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>
/// A run that ends at any of its file operations, as by a kill, and is resumed leaves the bytes of a run that was not interrupted.
/// </summary>
public sealed class KilledRunTests : IDisposable
{
    private const int Steps = 5;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(4, 0.01, 0.5));
    // In memory where there is such a folder: some hundred runs flush every file, and a disk would take minutes for it.
    private readonly DirectoryInfo folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"ddpm-killed-{Guid.NewGuid():N}"));

    private readonly ImageDataset data = new(arange(4 * 16, dtype: uint8).reshape(4, 1, 4, 4) * 3);

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Run_KilledAtAnyFileOperationAndResumed_LeavesTheSameBytes()
    {
        string straight = At("straight");
        int operations = 0;
        Run(straight, (_, _) => operations++);
        Dictionary<string, string> expected = Contents(straight);
        expected.Keys.Should().Contain(["metrics.csv", "metrics.jsonl", "board/events.out.tfevents.ddpm", "grids/grid-000000004.png"]);
        expected.Keys.Should().Contain(["snapshots/snapshot-000000005-0.safetensors", "checkpoints/step-000000005/hooks.safetensors"]);
        operations.Should().BeGreaterThan(200);

        for (int last = 1; last <= operations; last++)
        {
            string broken = At("broken");
            var kill = new Kill(last);
            FluentActions.Invoking(() => Run(broken, kill.Before)).Should().Throw<KilledException>();
            Run(broken, null);
            Contents(broken).Should().Equal(expected, "killed at operation {0} of {1}, {2}", last, operations, kill.What);
            Directory.Delete(broken, recursive: true);
        }

        FuzzRun.Log($"killed at each of {operations} file operations: {expected.Count} files the same each time");
    }

    [Fact]
    public void Run_CancelledBetweenRowsAndResumed_LeavesTheSameMetricsAndGrids()
    {
        string straight = At("straight"), broken = At("broken");
        Run(straight, null);
        for (int stop = 1; stop < Steps; stop++) Run(broken, null, stop);
        Run(broken, null);
        foreach ((string file, string bytes) in Contents(straight))
        {
            if (!file.StartsWith("checkpoints/", StringComparison.Ordinal)) Contents(broken)[file].Should().Be(bytes, file);
        }

        Directory.GetFiles(Path.Combine(broken, "grids"))
            .Should().HaveCount(3, "steps 2, 4 and the last, and none where a run was interrupted");
    }

    private void Run(string output, Action<string, string>? probe, int? stopAt = null)
    {
        using var network = new Scale();
        var options = new TrainingOptions { WarmupSteps = 0, LearningRate = 0.1 };
        using Trainer trainer = Trainer.Create(
            network, new SimpleObjective(Process), options, new LossSecondMomentTimesteps(4, historyLength: 1));
        var request = new SamplingRequest { Count = 2, SampleShape = [1, 4, 4], Noise = new PerSampleNoise(1) };
        var store = new CheckpointStore(Path.Combine(output, "checkpoints"), every: 2, keepLast: 1);
        var grids = new SampleGrids(Path.Combine(output, "grids"), new DdpmSampler(network, Process), request, every: 2);
        var snapshots = new AverageSnapshots(Path.Combine(output, "snapshots"), every: 5);
        using var metrics = new MetricsLog(
            3, 2, new CsvMetrics(Path.Combine(output, "metrics.csv")), new JsonLinesMetrics(Path.Combine(output, "metrics.jsonl")),
            new TensorBoardMetrics(Path.Combine(output, "board")));
        using var cancellation = new CancellationTokenSource();
        var stopper = new Relay<TrainingProgress>(at =>
        {
            if (at.Step == stopAt) cancellation.Cancel();
        });
        try
        {
            FileProbe.Set(probe);
            store.RestoreLatest(trainer);
            // The store comes first here: the trainer calls it last.
            trainer.Run(new ShuffledBatches(data, 2, 1), Steps, stopper, [store, metrics, grids, snapshots], cancellation.Token);
        }
        finally
        {
            FileProbe.Set(null);
        }
    }

    private static Dictionary<string, string> Contents(string output) => Directory.GetFiles(output, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(output, path).Replace('\\', '/'), path => Convert.ToHexString(File.ReadAllBytes(path)));

    private string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Ends the run at an operation; after it nothing is done any more, not even what would clean up.</summary>
    private sealed class Kill(int last)
    {
        private int operations;

        public string What { get; private set; } = "";

        public void Before(string operation, string path)
        {
            if (++operations < last) return;
            if (operations == last) What = $"{operation} {path}";
            throw new KilledException();
        }
    }

    private sealed class KilledException : Exception;

    /// <summary>A network of one parameter, so that a checkpoint is a handful of operations.</summary>
    private sealed class Scale : nn.Module, IEpsilonModel
    {
        private readonly Parameter weight = new(full(1, 0.5f));

        public Scale()
            : base(nameof(Scale)) => register_parameter("weight", weight);

        public Tensor Predict(Tensor xt, Tensor t) => xt * weight;
    }
}
