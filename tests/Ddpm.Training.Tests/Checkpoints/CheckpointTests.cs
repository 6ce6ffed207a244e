using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private static readonly UNetOptions Tiny = TinyNetwork.Options;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-checkpoint-");
    private readonly ImageDataset dataset = new(arange(128, dtype: uint8).reshape(2, 1, 8, 8));

    public void Dispose()
    {
        dataset.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Restore_InAnotherTrainer_GoesOnBitForBit()
    {
        using UNet first = new(Tiny, 1), second = new(Tiny, 2);
        using Trainer a = Make(first), b = Make(second);
        string path = Path.Combine(folder.FullName, "x");
        a.Run(Batches(), 3);
        a.SaveCheckpoint(path);
        b.RestoreCheckpoint(path);
        b.StepsDone.Should().Be(3);
        a.Run(Batches(), 6);
        b.Run(Batches(), 6);

        foreach ((string key, Tensor value) in first.state_dict()) value.Equals(second.state_dict()[key]).Should().BeTrue(key);
        using (a.Ema.SwapIn())
        using (b.Ema.SwapIn())
        {
            foreach ((string key, Tensor value) in first.state_dict()) value.Equals(second.state_dict()[key]).Should().BeTrue(key);
            FluentActions.Invoking(() => a.SaveCheckpoint(path + "2"))
                .Should().Throw<InvalidOperationException>().WithMessage("*holds the average*");
        }
    }

    [Fact]
    public void Restore_StructuredNoise_GoesOnBitForBitAndIsRefusedWithOtherNoise()
    {
        using UNet whole = new(Tiny, 1), begun = new(Tiny, 1), resumed = new(Tiny, 2);
        Trainer Noisy(UNet network, INoiseSource? noise) => Trainer.Create(network, new SimpleObjective(Process), noise: noise);
        using Trainer straight = Noisy(whole, new OctaveNoise(3)), first = Noisy(begun, new OctaveNoise(3));
        using Trainer second = Noisy(resumed, new OctaveNoise(3));
        string path = Path.Combine(folder.FullName, "octaves");
        straight.Run(Batches(), 4);
        first.Run(Batches(), 2);
        first.SaveCheckpoint(path);
        second.RestoreCheckpoint(path);
        second.Run(Batches(), 4);
        foreach ((string key, Tensor value) in whole.state_dict()) value.Equals(resumed.state_dict()[key]).Should().BeTrue(key);

        foreach ((INoiseSource? noise, string now) in new (INoiseSource?, string)[]
        {
            (null, "of the seed"), (new OctaveNoise(3, octaves: 4), "OctaveNoise of seed 3, 4 octaves, persistence 0.8"),
        })
        {
            using Trainer other = Noisy(resumed, noise);
            FluentActions.Invoking(() => other.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>()
                .WithMessage($"*Noise: OctaveNoise of seed 3, 5 octaves, persistence 0.8 then, {now} now.");
        }
    }

    [Fact]
    public void Restore_OtherSettingsOrNetworkOrBatches_IsRefusedWithTheDifference()
    {
        using UNet network = new(Tiny, 1), wider = new(Tiny with { BaseChannels = 16 }, 1);
        string path = Path.Combine(folder.FullName, "x");
        using (Trainer trainer = Make(network))
        {
            trainer.Run(Batches(), 1);
            trainer.SaveCheckpoint(path);
            FluentActions.Invoking(() => trainer.SaveCheckpoint(path)).Should().Throw<IOException>().WithMessage("*exists already*");
        }

        using Trainer faster = Make(network, new TrainingOptions { LearningRate = 1, Seed = 4 });
        using Trainer other = Make(wider);
        using Trainer cosine = Trainer.Create(network, new ReverseDiffusion(new CosineSchedule(100)));
        FluentActions.Invoking(() => faster.RestoreCheckpoint(path))
            .Should().Throw<InvalidDataException>().WithMessage("*other settings*LearningRate: 0.0002 then, 1 now; Seed: 0 then, 4 now*");
        FluentActions.Invoking(() => cosine.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>().WithMessage("*Process.Betas*");
        using Trainer weighted = Trainer.Create(network, new SimpleObjective(Process, LossWeighting.MinSnr(4)));
        FluentActions.Invoking(() => weighted.RestoreCheckpoint(path))
            .Should().Throw<InvalidDataException>().WithMessage("*Objective: simple then, simple, min-SNR 4 now*");
        FluentActions.Invoking(() => other.RestoreCheckpoint(path))
            .Should().Throw<InvalidDataException>().WithMessage("*other settings*Network.BaseChannels: 8 then, 16 now.");
        using Trainer same = Make(network);
        same.RestoreCheckpoint(path);
        FluentActions.Invoking(() => same.Run(new ShuffledBatches(dataset, 3, 1), 2))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*ShuffledBatches of 2 from 2 images*but was given ShuffledBatches of 3*");
    }

    [Theory]
    [InlineData("network.safetensors")]
    [InlineData("average-0.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("checkpoint.json")]
    public void Restore_DamagedOrMissingFile_IsNamedAndChangesNothing(string file)
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(network);
        string path = Path.Combine(folder.FullName, "x"), damaged = Path.Combine(path, file);
        trainer.Run(Batches(), 1);
        trainer.SaveCheckpoint(path);
        trainer.Run(Batches(), 2);
        Dictionary<string, Tensor> before = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        byte[] whole = File.ReadAllBytes(damaged);

        File.WriteAllBytes(damaged, whole[..(whole.Length / 2)]);
        FluentActions.Invoking(() => trainer.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>().WithMessage($"*{file}*");
        File.Delete(damaged);
        FluentActions.Invoking(() => trainer.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>().WithMessage($"*{file}*");

        trainer.StepsDone.Should().Be(2);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(before[key]).Should().BeTrue(key);
    }

    [Fact]
    public void Store_Run_KeepsTheNewestAndEveryKth()
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(network);
        var store = new CheckpointStore(Path.Combine(folder.FullName, "store"), every: 2, keepLast: 2, keepEvery: 4);
        store.RestoreLatest(trainer).Should().BeFalse();
        trainer.Run(Batches(), 9, null, [store]);

        store.All.Select(entry => entry.Step).Should().Equal(4, 8, 9);
        Directory.CreateDirectory(Path.Combine(store.Folder, "step-notes"));
        store.All.Should().HaveCount(3);
        using Trainer again = Make(network);
        store.RestoreLatest(again).Should().BeTrue();
        again.StepsDone.Should().Be(9);
        FluentActions.Invoking(() => new CheckpointStore("x", 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CheckpointStore("x", keepEvery: 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("keepEvery must be at least 1, or null, but is 0*");
    }

    [Fact]
    public void Run_Cancelled_SavesWhereItStopped()
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(network);
        using var cancellation = new CancellationTokenSource();
        var store = new CheckpointStore(Path.Combine(folder.FullName, "store"), every: 100);
        trainer.Run(Batches(), 50, new Relay<TrainingProgress>(progress =>
        {
            if (progress.Step == 3) cancellation.Cancel();
        }), [store], cancellation.Token).Should().BeFalse();
        store.All.Select(entry => entry.Step).Should().Equal(3);
    }

    [Fact]
    public void Export_OfAnAverage_IsTheModelFolderThatTheTrainerWouldSave()
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(
            network, new TrainingOptions { WarmupSteps = 0, Averages = [AverageProfile.Power(0.1), AverageProfile.Constant(0.5)] });
        string path = Path.Combine(folder.FullName, "x");
        string exported = Path.Combine(folder.FullName, "exported"), saved = Path.Combine(folder.FullName, "saved");
        trainer.Run(Batches(), 4);
        trainer.SaveCheckpoint(path);
        for (int average = 0; average < 2; average++)
        {
            Checkpoint.Export(path, exported, average);
            using (trainer.Averages[average].SwapIn()) ModelFolder.Save(saved, network, Process);
            foreach (string file in Directory.GetFiles(saved, "*", SearchOption.AllDirectories))
            {
                File.ReadAllBytes(Path.Combine(exported, Path.GetRelativePath(saved, file))).Should().Equal(File.ReadAllBytes(file), file);
            }
        }

        using TrainedModel model = ModelFolder.Load(exported);
        model.Process.Coefficients.Betas.Should().Equal(Process.Coefficients.Betas);
        FluentActions.Invoking(() => Checkpoint.Export(path, exported, 2))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*has the averages 0 … 1, but not 2*");
        FluentActions.Invoking(() => Checkpoint.Export(Path.Combine(folder.FullName, "none"), exported))
            .Should().Throw<DirectoryNotFoundException>();
        File.Delete(Path.Combine(path, "average-1.safetensors"));
        FluentActions.Invoking(() => Checkpoint.Export(path, exported, 1))
            .Should().Throw<InvalidDataException>().WithMessage("*is damaged*average-1.safetensors*");

        using var mlp = new Mlp(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1);
        using var other = Trainer.Create(mlp, Process);
        string plain = Path.Combine(folder.FullName, "mlp");
        other.SaveCheckpoint(plain);
        FluentActions.Invoking(() => Checkpoint.Export(plain, exported)).Should().Throw<NotSupportedException>().WithMessage("*no UNet*");
    }

    [Fact]
    public void Restore_SeveralAverages_GoOnBitForBit()
    {
        var options = new TrainingOptions
        {
            WarmupSteps = 0,
            Averages = [AverageProfile.Power(0.1), AverageProfile.Constant(0.5), AverageProfile.Ramped(0.9)],
        };
        using UNet first = new(Tiny, 1), second = new(Tiny, 2);
        using Trainer a = Make(first, options), b = Make(second, options), fewer = Make(second);
        string path = Path.Combine(folder.FullName, "x");
        a.Run(Batches(), 3);
        a.SaveCheckpoint(path);
        b.RestoreCheckpoint(path);
        a.Run(Batches(), 5);
        b.Run(Batches(), 5);
        for (int k = 0; k < 3; k++)
        {
            using IDisposable inA = a.Averages[k].SwapIn(), inB = b.Averages[k].SwapIn();
            foreach ((string key, Tensor value) in first.state_dict()) value.Equals(second.state_dict()[key]).Should().BeTrue(key);
        }

        FluentActions.Invoking(() => fewer.RestoreCheckpoint(path))
            .Should().Throw<InvalidDataException>().WithMessage("*Averages: power 0.1, constant 0.5, ramped 0.9 then, power 0.1 now*");
    }

    [Fact]
    public void Run_AfterAKilledSave_RemovesWhatItLeft()
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(network);
        var store = new CheckpointStore(Path.Combine(folder.FullName, "store"), every: 2);
        DirectoryInfo torn = Directory.CreateDirectory(Path.Combine(store.Folder, ".step-000000002.0123.tmp"));
        File.WriteAllText(Path.Combine(torn.FullName, "network.safetensors"), "half");
        trainer.Run(Batches(), 2, null, [store]);
        Directory.GetFileSystemEntries(store.Folder).Select(path => Path.GetFileName(path)!).Should().Equal("step-000000002");
    }

    [Fact]
    public void Save_FolderInTheWay_LeavesNothing()
    {
        using var network = new UNet(Tiny, 1);
        using Trainer trainer = Make(network);
        string blocked = Path.Combine(folder.FullName, "file");
        File.WriteAllText(blocked, "in the way");
        FluentActions.Invoking(() => trainer.SaveCheckpoint(Path.Combine(blocked, "x"))).Should().Throw<IOException>();
        FluentActions.Invoking(() => trainer.RestoreCheckpoint(Path.Combine(folder.FullName, "none")))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("*none does not exist*");
        folder.GetFileSystemInfos().Should().ContainSingle();
    }

    private static Trainer Make(UNet network, TrainingOptions? options = null) => Trainer.Create(network, Process, options);

    private ShuffledBatches Batches() => new(dataset, 2, 1);
}
