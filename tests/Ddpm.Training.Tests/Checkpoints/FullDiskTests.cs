using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

public sealed class FullDiskTests
{
    private static readonly UNetOptions Tiny = TinyNetwork.Options;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    [SmallDiskFact]
    public void Run_DiskFills_EndsWithTheCheckpointBeforeWhole()
    {
        // A checkpoint takes four times the weights, 110 KB each: one fits, two do not.
        using var disk = new SmallDisk(kilobytes: 800);
        using ImageDataset data = Data();
        using UNet network = new(Tiny, 1), other = new(Tiny, 2);
        using Trainer trainer = Trainer.Create(network, Process), again = Trainer.Create(other, Process);
        var batches = new ShuffledBatches(data, 2, 1);
        var store = new CheckpointStore(Path.Combine(disk.Folder, "store"), every: 2);

        FluentActions.Invoking(() => trainer.Run(batches, 10, null, [store]))
            .Should().Throw<IOException>().WithMessage("*No space left on device*");

        trainer.StepsDone.Should().Be(4, "the run ended at the checkpoint that did not fit");
        Directory.GetFileSystemEntries(store.Folder).Select(path => Path.GetFileName(path)!)
            .Should().Equal(["step-000000002"], "nothing is left of it");
        store.RestoreLatest(again).Should().BeTrue();
        again.StepsDone.Should().Be(2);
        // With room again the run goes on, and ends as if nothing had been.
        using var roomy = new SmallDisk(kilobytes: 8000);
        trainer.Run(batches, 6, null, [new CheckpointStore(roomy.Folder, every: 2)]).Should().BeTrue();
        again.Run(batches, 6);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(other.state_dict()[key]).Should().BeTrue(key);
    }

    [SmallDiskFact]
    public void ModelFolder_DiskFills_IsTheOldOne()
    {
        using var disk = new SmallDisk(kilobytes: 200);
        using UNet first = new(Tiny, 1), second = new(Tiny, 2);
        ModelFolder.Save(Path.Combine(disk.Folder, "model"), first, Process);
        FluentActions.Invoking(() => ModelFolder.Save(Path.Combine(disk.Folder, "model"), second, Process))
            .Should().Throw<IOException>().WithMessage("*No space left on device*");
        using TrainedModel model = ModelFolder.Load(Path.Combine(disk.Folder, "model"));
        foreach ((string key, Tensor value) in first.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
        Directory.GetFiles(disk.Folder, ".*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [SmallDiskFact]
    public void Run_ReadOnlyFolder_IsNamedBeforeAnythingIsLost()
    {
        using var disk = new SmallDisk(kilobytes: 2000);
        disk.MakeReadOnly();
        using ImageDataset data = Data();
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Trainer.Create(network, Process);
        var batches = new ShuffledBatches(data, 2, 1);
        FluentActions.Invoking(() => trainer.Run(batches, 2, null, [new CheckpointStore(Path.Combine(disk.Folder, "store"), every: 1)]))
            .Should().Throw<IOException>().WithMessage("*Read-only file system*store*");
        trainer.StepsDone.Should().Be(0, "the folder is taken before the first step");
        using var log = new MetricsLog(1, new CsvMetrics(Path.Combine(disk.Folder, "deep", "m.csv")));
        FluentActions.Invoking(() => trainer.Run(batches, 3, null, [log]))
            .Should().Throw<IOException>().WithMessage("*Read-only file system*");
        trainer.StepsDone.Should().Be(0, "metrics are opened before the first step");
    }

    private static ImageDataset Data()
    {
        using Tensor pixels = arange(128, dtype: uint8).reshape(2, 1, 8, 8);
        return new ImageDataset(pixels);
    }
}
