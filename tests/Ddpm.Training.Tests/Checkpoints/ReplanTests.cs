using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A run that is made longer follows one rule, whether it was interrupted or not.</summary>
public sealed class ReplanTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(20, 1e-3, 0.2));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-replan-");
    private readonly ImageDataset images = new(torch.arange(6 * 64, dtype: torch.int64).remainder(251).to(torch.uint8).reshape(6, 1, 8, 8));

    public void Dispose()
    {
        images.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Replan_FinishedCosine_GoesOverInAsManyStepsAsTheWarmUp()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = Trainer.Create(network, Process, Options(LearningRateDecay.Cosine(4), warmup: 2));
        Train(trainer, 4);
        trainer.ReplanLearningRate(LearningRateDecay.Cosine(8));
        trainer.Options.Decay.Should().Be(LearningRateDecay.Cosine(8));

        double Longer(int step) => 1e-3 * LearningRateDecay.Cosine(8).Factor(step);
        trainer.LearningRateAt(4).Should().BeApproximately(0, 1e-18, "the rate stood there");
        trainer.LearningRateAt(5).Should().BeApproximately(Longer(5) / 2, 1e-18, "half the way");
        trainer.LearningRateAt(6).Should().Be(Longer(6));
        trainer.LearningRateAt(7).Should().Be(Longer(7));
    }

    [Fact]
    public void Replan_TwiceAndKilledInBetween_IsTheUninterruptedRunToTheByte()
    {
        LearningRateDecay[] plans = [.. new[] { 4, 8, 12 }.Select(steps => LearningRateDecay.Cosine(steps))];
        long[] ends = [4, 8, 12];
        using UNet straightNetwork = new(TinyNetwork.Options, 1);
        using Trainer straight = Trainer.Create(straightNetwork, Process, Options(plans[0], warmup: 3));
        for (int part = 0; part < 3; part++)
        {
            straight.ReplanLearningRate(plans[part]);
            Train(straight, ends[part]);
        }

        string expected = Path.Combine(folder.FullName, "straight");
        straight.SaveCheckpoint(expected);
        foreach (long[] kills in new long[][]
        {
            [], // at the first end and at the second
            [2], // before the first end
            [5], // on the way to the second plan
            [10], // on the way to the third
        })
        {
            // Every part in a trainer of its own, and one of them in two.
            string path = "";
            foreach (long end in ends.Concat(kills).Order())
            {
                int part = Array.FindIndex(ends, last => end <= last);
                using UNet network = new(TinyNetwork.Options, path.Length == 0 ? 1 : 7);
                using Trainer trainer = Trainer.Create(network, Process, Options(plans[part], warmup: 3));
                if (path.Length > 0) trainer.RestoreCheckpoint(path, replan: true);
                Train(trainer, end);
                path = Path.Combine(folder.FullName, $"killed-{string.Concat(kills)}-{end}");
                trainer.SaveCheckpoint(path);
            }

            foreach (string file in Directory.GetFiles(expected, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(expected, file);
                File.ReadAllBytes(Path.Combine(path, name)).Should()
                    .Equal(File.ReadAllBytes(file), "{0}, killed at {1}", name, string.Concat(kills));
            }
        }
    }

    [Fact]
    public void Replan_StableDecayBeforeItsFall_IsTheLongerRunFromTheStart()
    {
        using UNet one = new(TinyNetwork.Options, 1), other = new(TinyNetwork.Options, 1);
        using Trainer lengthened = Trainer.Create(one, Process, Options(LearningRateDecay.WarmupStableDecay(5, 0.4), warmup: 1));
        using Trainer straight = Trainer.Create(other, Process, Options(LearningRateDecay.WarmupStableDecay(10, 0.4), warmup: 1));
        Train(lengthened, 3);
        lengthened.ReplanLearningRate(LearningRateDecay.WarmupStableDecay(10, 0.4));
        Train(lengthened, 10);
        Train(straight, 10);
        TrainerBits.Of(lengthened).Should().Be(TrainerBits.Of(straight));
    }

    [Fact]
    public void StableDecay_EveryStep_IsThePapersForm()
    {
        LearningRateDecay decay = LearningRateDecay.WarmupStableDecay(100, 0.2);
        decay.Factor(0).Should().Be(1);
        decay.Factor(80).Should().Be(1);
        decay.Factor(85).Should().BeApproximately(0.5, 1e-12, "1 - √(5/20)");
        decay.Factor(100).Should().Be(0);
        decay.Factor(1000).Should().Be(0);
        decay.EndsAt.Should().Be(100);
        FluentActions.Invoking(() => LearningRateDecay.WarmupStableDecay(100, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("decayShare must be 0 < share ≤ 1, but is 0*");
    }

    [Fact]
    public void Replan_ToAnEndThatIsTooEarly_IsRefusedAndNothingChanges()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = Trainer.Create(network, Process, Options(LearningRateDecay.Linear(9), warmup: 1));
        Train(trainer, 3);
        FluentActions.Invoking(() => trainer.ReplanLearningRate(LearningRateDecay.Linear(8))).Should().Throw<ArgumentException>()
            .WithMessage("decay must not end before step 9, until which the run is planned, but ends at 8.*");
        FluentActions.Invoking(() => trainer.ReplanLearningRate(LearningRateDecay.Linear(3))).Should().Throw<ArgumentException>()
            .WithMessage("decay must end after step 3, which is done, but ends at 3.*");
        trainer.Options.Decay.Should().Be(LearningRateDecay.Linear(9));

        string path = Path.Combine(folder.FullName, "x");
        trainer.SaveCheckpoint(path);
        using Trainer shorter = Trainer.Create(network, Process, Options(LearningRateDecay.Linear(8), warmup: 1));
        TrainerBits before = TrainerBits.Of(shorter);
        FluentActions.Invoking(() => shorter.RestoreCheckpoint(path, replan: true)).Should().Throw<InvalidDataException>()
            .WithMessage("*x cannot be re-planned: the decay of the learning rate must not end before step 9,*but ends at 8.");
        FluentActions.Invoking(() => shorter.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*Decay: linear over 9 steps then, linear over 8 steps now.");
        using Trainer other = Trainer.Create(network, Process, Options(LearningRateDecay.Linear(10), warmup: 2));
        FluentActions.Invoking(() => other.RestoreCheckpoint(path, replan: true)).Should().Throw<InvalidDataException>()
            .WithMessage("*settings*WarmupSteps: 1 then, 2 now.", "only the decay is free");
        TrainerBits.Of(shorter).Should().Be(before);
    }

    [Fact]
    public void Restore_CheckpointOfFormat3_GoesOnButCannotBeReplanned()
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = Trainer.Create(network, Process, Options(LearningRateDecay.Linear(9), warmup: 1));
        Train(trainer, 3);
        TrainerBits expected = TrainerBits.Of(trainer);
        string path = Path.Combine(folder.FullName, "x");
        trainer.SaveCheckpoint(path);
        ForgedCheckpoint.Edit(path, json =>
        {
            json.Remove("learning_rate");
            json["format"] = JsonValue.Create(3);
        });
        using UNet another = new(TinyNetwork.Options, 2);
        using Trainer resumed = Trainer.Create(another, Process, Options(LearningRateDecay.Linear(9), warmup: 1));
        resumed.RestoreCheckpoint(path, replan: true);
        TrainerBits.Of(resumed).Should().Be(expected);
        using Trainer longer = Trainer.Create(another, Process, Options(LearningRateDecay.Linear(10), warmup: 1));
        FluentActions.Invoking(() => longer.RestoreCheckpoint(path, replan: true)).Should().Throw<InvalidDataException>()
            .WithMessage("*cannot be re-planned: it is of a format that does not say where the learning rate stands*");
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Step_DecayOfTheUsersOutOfRange_ThrowsBeforeAnythingChanges(double factor)
    {
        using UNet network = new(TinyNetwork.Options, 1);
        using Trainer trainer = Trainer.Create(network, Process, Options(new FixedDecay(factor), warmup: 0));
        TrainerBits before = TrainerBits.Of(trainer);
        FluentActions.Invoking(() => Train(trainer, 1)).Should().Throw<InvalidOperationException>()
            .WithMessage($"FixedDecay.Factor(0) must be 0 … 1, but is {factor}.");
        TrainerBits.Of(trainer).Tensors.Should().Be(before.Tensors);
    }

    private static TrainingOptions Options(LearningRateDecay decay, int warmup) =>
        new() { LearningRate = 1e-3, WarmupSteps = warmup, Decay = decay, Seed = 5 };

    private void Train(Trainer trainer, long steps) => trainer.Run(new ShuffledBatches(images, 2, seed: 3), steps);

    private sealed record FixedDecay(double Value) : LearningRateDecay
    {
        public override double Factor(long trainingStep) => Value;
    }
}
