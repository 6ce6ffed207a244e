using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Distributed;

/// <summary>Trainers of several ranks, as threads; Ddpm.Distributed.Mpi.Tests has them as processes.</summary>
public sealed class DistributedTrainerTests
{
    private static readonly UNetOptions Tiny = TinyNetwork.Options with { ChannelMultipliers = [1], Dropout = 0.3 };
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    // With ε as large as gradients a step is linear in them; Adam's usual one makes steps of full length of the rounding of gradients
    // that are 0.
    private static readonly TrainingOptions Smooth = new() { WarmupSteps = 0, LearningRate = 1e-3, AdamEpsilon = 1e-3 };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_TwoRanks_IsTheRunOfOne(int accumulation) => TwoRanksAreOne(Smooth with { Accumulation = accumulation }, 1e-6f);

    // Gradients in 16 bits are sums of 4 or of 8 examples, and each processor sums in its own order. Ten roundings to 8 bits are 2 % of the
    // way that three steps of 1e-3 can go; a sum in place of a mean would be half of it.
    [BFloat16Fact]
    public void Run_TwoRanksInBFloat16_IsTheRunOfOne() =>
        TwoRanksAreOne(Smooth with { Accumulation = 2, ComputeType = ScalarType.BFloat16 }, 6e-5f);

    private static void TwoRanksAreOne(TrainingOptions options, float tolerance)
    {
        float[] one = Train(SingleProcess.Instance, options, 3);
        float[][] two = ThreadRanks.Run(2, ranks => Train(ranks, options, 3));
        two[1].Should().Equal(two[0], "the ranks have the same bits");
        two[0].Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(tolerance);
    }

    [Fact]
    public void Step_MaskOnOneRankOnly_IsTheWeightedMeanOverAll()
    {
        using Tensor x0 = rand(4, 1, 8, 8, generator: new Generator(1)) * 2 - 1, mask = rand(2, 1, 8, 8, generator: new Generator(2));
        using UNet network = new(Tiny, 1);
        using Trainer trainer = Trainer.Create(network, Process, Smooth);
        using TrainingBatch whole = new(x0.clone(), mask: cat([mask, ones_like(mask)]));
        double expected = trainer.Step([whole]).Loss;

        double[] losses = ThreadRanks.Run(2, ranks =>
        {
            using UNet own = new(Tiny, 1);
            using Trainer one = Trainer.Create(own, Process, Smooth, communicator: ranks);
            using TrainingBatch share = new(x0.narrow(0, 2 * ranks.Rank, 2).clone(), mask: ranks.Rank == 0 ? mask.clone() : null);
            TrainingStep step = one.Step([share]);
            step.Losses.Should().HaveCount(2).And.Subject.Should().HaveSameCount(step.Timesteps);
            return step.Loss;
        });

        losses.Should().AllSatisfy(loss => loss.Should().BeApproximately(expected, 1e-6 * expected));
    }

    [Fact]
    public void Create_OtherParametersOnOtherRanks_AreThoseOfTheFirst()
    {
        float[][] parameters = ThreadRanks.Run(3, ranks =>
        {
            using UNet network = new(Tiny, seed: ranks.Rank);
            using Trainer trainer = Trainer.Create(network, Process, communicator: ranks);
            trainer.Communicator.Should().BeSameAs(ranks);
            using (trainer.Ema.SwapIn()) return Numbers(network);
        });
        using UNet first = new(Tiny, seed: 0);
        parameters.Should().AllSatisfy(numbers => numbers.Should().Equal(Numbers(first)));
    }

    [Fact]
    public void Create_OtherNetworkOrOptions_IsRefusedWithTheDifference()
    {
        Action network = () => ThreadRanks.Run(2, ranks => Create(ranks, Tiny with { BaseChannels = ranks.Rank == 1 ? 16 : 8 }, Smooth));
        network.Should().Throw<AggregateException>().WithInnerException<DistributedException>().WithMessage(
            "All ranks must have the same options and network. Network's conv_in.bias: Float32 ?8? on rank 0, Float32 ?16? on rank 1; *");
        Action options = () => ThreadRanks.Run(3, ranks => Create(ranks, Tiny, Smooth with { Seed = ranks.Rank }));
        options.Should().Throw<AggregateException>().WithInnerException<DistributedException>().WithMessage(
            "All ranks must have the same options and network. Seed: 0 on rank 0, 1 on rank 1; Seed: 0 on rank 0, 2 on rank 2.");
    }

    [Fact]
    public void Create_OneStreamOfNoise_IsRefused()
    {
        using var generator = new Generator(1);
        Action act = () => ThreadRanks.Run(2, ranks =>
        {
            using UNet network = new(Tiny, 1);
            using Trainer trainer = Trainer.Create(
                network, new SimpleObjective(Process), noise: new StreamNoise(generator), communicator: ranks);
            return 0;
        });
        act.Should().Throw<AggregateException>().WithInnerException<ArgumentException>()
            .WithMessage("noise must be a function of each example's place*");
    }

    [Fact]
    public void Run_OtherBatchesOrHooks_IsRefusedWithTheDifference()
    {
        using var dataset = Images();
        Action act = () => ThreadRanks.Run(2, ranks =>
        {
            using UNet network = new(Tiny, 1);
            using Trainer trainer = Trainer.Create(network, Process, Smooth, communicator: ranks);
            return trainer.Run(new ShuffledBatches(dataset, 8, seed: 1), 3 + ranks.Rank, hooks: ranks.Rank == 0 ? [new Nothing()] : []);
        });
        act.Should().Throw<AggregateException>().WithInnerException<DistributedException>()
            .WithMessage("All ranks must have the same run. Hooks: Nothing on rank 0,  on rank 1; Total steps: 3 on rank 0, 4 on rank 1.");
    }

    [Fact]
    public void Run_OtherCadenceOfAHook_IsRefusedWithTheDifference()
    {
        using var dataset = Images();
        Action act = () => ThreadRanks.Run(2, ranks =>
        {
            using UNet network = new(Tiny, 1);
            using Trainer trainer = Trainer.Create(network, Process, Smooth, communicator: ranks);
            return trainer.Run(new ShuffledBatches(dataset, 8, seed: 1), 3, hooks: [new CheckpointStore("x", every: 5 - ranks.Rank)]);
        });
        act.Should().Throw<AggregateException>().WithInnerException<DistributedException>()
            .WithMessage("*Hooks: CheckpointStore every 5 on rank 0, CheckpointStore every 4 on rank 1.");
    }

    [Fact]
    public void Run_ResumedInTheMiddleOfARow_WritesTheSameMetricsOnAnyNumberOfRanks()
    {
        using var dataset = Images();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-ranks-");
        try
        {
            string At(string name) => Path.Combine(folder.FullName, name);
            void Train(int count, string name, int steps, string? checkpoint) => ThreadRanks.Run(count, ranks =>
            {
                using UNet network = new(Tiny, 1);
                using Trainer trainer = Trainer.Create(network, Process, Smooth, communicator: ranks);
                if (checkpoint is not null) trainer.RestoreCheckpoint(At(checkpoint));
                using var metrics = new MetricsLog(3, 2, new CsvMetrics(At(ranks.Rank == 0 ? $"{name}.csv" : "unused.csv")));
                bool done = trainer.Run(new ShuffledBatches(dataset, 8, seed: 1), steps, hooks: [metrics]);
                trainer.SaveCheckpoint(At($"{name}-{steps}"));
                return done;
            });

            Train(2, "straight", 4, null);
            Train(2, "broken", 2, null);
            Train(2, "broken", 4, "broken-2");
            Train(1, "fewer", 4, "broken-2");

            File.ReadAllBytes(At("broken.csv")).Should().Equal(File.ReadAllBytes(At("straight.csv")));
            double[] Row(string name) =>
                [.. File.ReadAllLines(At($"{name}.csv"))[1].Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
            foreach ((double fewer, double straight) in Row("fewer").Zip(Row("straight")))
            {
                fewer.Should().BeApproximately(straight, 1e-5 * Math.Abs(straight));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Step_OtherNumberOfExamples_IsRefusedOnAllRanks()
    {
        Action act = () => ThreadRanks.Run(3, ranks =>
        {
            using UNet network = new(Tiny, 1);
            using Trainer trainer = Trainer.Create(network, Process, Smooth, communicator: ranks);
            using Tensor x0 = zeros(ranks.Rank == 2 ? 1 : 2, 1, 8, 8);
            return trainer.Step(x0);
        });
        act.Should().Throw<AggregateException>().Which.InnerExceptions.Should().HaveCount(3).And.AllBeOfType<DistributedException>()
            .And.AllSatisfy(exception =>
                exception.Message.Should().EndWith("but they were given 1 × 2 (rank 0), 1 × 2 (rank 1), 1 × 1 (rank 2)."));
    }

    [Fact]
    public void Step_ManyTimes_LeavesNoTensor()
    {
        long[] live = ThreadRanks.Run(2, ranks =>
        {
            using UNet network = new(Tiny, 1);
            using Trainer trainer = Trainer.Create(
                network, new SimpleObjective(Process), Smooth, new LossSecondMomentTimesteps(100, 1), communicator: ranks);
            using Tensor x0 = zeros(2, 1, 8, 8);
            trainer.Step(x0);
            DisposeScopeManager.Statistics.Reset();
            for (int i = 0; i < 3; i++) trainer.Step(x0);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        });
        live.Should().Equal(0, 0);
    }

    private static int Create(ICommunicator ranks, UNetOptions network, TrainingOptions options)
    {
        using UNet own = new(network, 1);
        using Trainer trainer = Trainer.Create(own, Process, options, communicator: ranks);
        return 0;
    }

    private static float[] Train(ICommunicator ranks, TrainingOptions options, int steps)
    {
        using ImageDataset dataset = Images();
        using UNet network = new(Tiny, 1);
        using Trainer trainer = Trainer.Create(network, Process, options, communicator: ranks);
        trainer.Run(new ShuffledBatches(dataset, 8, seed: 1), steps).Should().BeTrue();
        return Numbers(network);
    }

    private static ImageDataset Images() => new(arange(10 * 64, dtype: int64).mul(37).remainder(251).to(uint8).reshape(10, 1, 8, 8));

    private static float[] Numbers(UNet network) => [.. network.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];

    private sealed class Nothing : ITrainingHook
    {
        public void StepDone(Trainer trainer, TrainingProgress progress)
        {
        }
    }
}
