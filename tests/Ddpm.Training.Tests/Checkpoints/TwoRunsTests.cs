using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

public sealed class TwoRunsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-two-");
    private readonly ImageDataset images = new(ones([4, 1, 8, 8], uint8));

    public void Dispose()
    {
        images.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Run_FolderOfAnotherRun_IsRefusedAndTheFirstIsNotDisturbed()
    {
        using UNet one = new(TinyNetwork.Options, 1), two = new(TinyNetwork.Options, 2);
        using Trainer first = New(one), second = New(two);
        string path = Path.Combine(folder.FullName, "checkpoints");
        var refused = new During(2, () =>
        {
            FluentActions.Invoking(() => Run(second, 1, new CheckpointStore(path))).Should().Throw<IOException>()
                .WithMessage($"{path} is in use by another run: *");
            FluentActions.Invoking(() => new CheckpointStore(path).Save(second)).Should().Throw<IOException>();
            second.StepsDone.Should().Be(0);
        });

        Run(first, 4, refused, new CheckpointStore(path, every: 1));

        refused.Times.Should().Be(1);
        new CheckpointStore(path).All.Select(entry => entry.Step).Should().Equal(2, 3, 4);
        Run(second, 1, new CheckpointStore(path, keepLast: 9));
    }

    [Fact]
    public void Save_StoreOfTheRunItself_Saves()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = New(network);
        var store = new CheckpointStore(folder.FullName, every: 100);
        Run(trainer, 3, new During(2, () => store.Save(trainer)), store);
        store.All.Select(entry => entry.Step).Should().Equal(2, 3);
    }

    [Fact]
    public void Run_ThatFails_LeavesTheFolderFree()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = New(network);
        var store = new CheckpointStore(folder.FullName);
        FluentActions.Invoking(() => Run(trainer, 3, new During(2, () => throw new InvalidDataException("no")), store))
            .Should().Throw<InvalidDataException>();
        RunLock.OfFolder(folder.FullName, name: "checkpoints").Dispose();
        Run(trainer, 3, store);
    }

    [Fact]
    public void Run_NetworkThatIsInTraining_IsRefusedAndTheFirstIsNotDisturbed()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer first = New(network), second = New(network);
        const string message = "The UNet is in training already: *";
        var refused = new During(2, () =>
        {
            FluentActions.Invoking(() => Run(second, 1)).Should().Throw<InvalidOperationException>().WithMessage(message);
            FluentActions.Invoking(() => Run(first, 9)).Should().Throw<InvalidOperationException>().WithMessage(message);
            using Tensor batch = zeros(2, 1, 8, 8);
            FluentActions.Invoking(() => second.Step(batch)).Should().Throw<InvalidOperationException>().WithMessage(message);
        });
        Run(first, 3, refused);
        refused.Times.Should().Be(1);
        first.StepsDone.Should().Be(3);
        Run(second, 1);
    }

    private static Trainer New(UNet network) => Trainer.Create(network, new ReverseDiffusion(new LinearSchedule(10, 1e-3, 0.3)));

    private void Run(Trainer trainer, long steps, params ITrainingHook[] hooks) =>
        trainer.Run(new ShuffledBatches(images, 2, seed: 1), steps, hooks: hooks);

    private sealed class During(long step, Action act) : ITrainingHook
    {
        public int Times { get; private set; }

        public void StepDone(Trainer trainer, TrainingProgress progress)
        {
            if (progress.Step != step) return;
            Times++;
            act();
        }
    }
}
