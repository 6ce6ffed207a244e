using Ddpm.Core;
using Ddpm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Averaging;

public sealed class PostHocAverageTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-posthoc-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.08)]
    [InlineData(0.15)]
    [InlineData(0.20)]
    public void Weights_OfManySnapshots_RebuildTheAverage(double width)
    {
        // A parameter that takes a random walk with drift, averaged directly and from 32 snapshots of two averages.
        const int Steps = 3200;
        PowerAverage[] kept = [(PowerAverage)AverageProfile.Power(0.05), (PowerAverage)AverageProfile.Power(0.1)];
        var target = (PowerAverage)AverageProfile.Power(width);
        var random = new CounterBasedRandom(5, 0, 0);
        double value = 0, direct = 0;
        double[] averages = [0, 0];
        var snapshots = new List<(long Step, double Exponent)>();
        var values = new List<double>();
        for (int step = 0; step < Steps; step++)
        {
            value += random.Uniform((uint)step) - 0.45;
            direct += (1 - target.Decay(step)) * (value - direct);
            for (int k = 0; k < 2; k++)
            {
                averages[k] += (1 - kept[k].Decay(step)) * (value - averages[k]);
                if ((step + 1) % 100 != 0) continue;
                snapshots.Add((step + 1, kept[k].Exponent));
                values.Add(averages[k]);
            }
        }

        double[] weights = PostHocAverage.Weights(snapshots, Steps, target.Exponent);

        weights.Sum().Should().BeApproximately(1, 1e-9);
        double rebuilt = weights.Zip(values, (weight, average) => weight * average).Sum();
        // The walk has gone about 160; the last value itself is 10 or more away from the average.
        rebuilt.Should().BeApproximately(direct, 0.05);
        Math.Abs(value - direct).Should().BeGreaterThan(5);
    }

    [Fact]
    public void Weights_OfAWidthThatWasKept_AreThatSnapshot()
    {
        double exponent = ((PowerAverage)AverageProfile.Power(0.1)).Exponent;
        double[] weights = PostHocAverage.Weights([(100, 17), (100, exponent), (200, 17), (200, exponent)], 200, exponent);
        weights.Should().BeEquivalentTo(
            [0, 0, 0, 1.0],
            options => options.Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-9)).WhenTypeIs<double>()
                .WithStrictOrdering());
    }

    [Fact]
    public void Apply_AfterARun_GivesTheTrainersOwnAverage()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1);
        using var data = new Ddpm.Data.InMemoryDataset(randn(20, 2, generator: new Generator(1)));
        using Trainer trainer = Trainer.Create(
            network,
            new ReverseDiffusion(new LinearSchedule(50, 1e-3, 0.2)),
            new TrainingOptions
            {
                WarmupSteps = 0,
                LearningRate = 1e-2,
                Averages = [AverageProfile.Power(0.05), AverageProfile.Power(0.1), AverageProfile.Constant(0.9), AverageProfile.Power(0.2)],
            });
        var snapshots = new AverageSnapshots(folder.FullName, 20);
        trainer.Run(new ShuffledBatches(data, 4, 1), 200, hooks: [snapshots]);
        Directory.GetFiles(folder.FullName).Should().HaveCount(30, "ten of each power average");
        // Without the widest's own snapshots.
        foreach (string own in Directory.GetFiles(folder.FullName, "*-3.safetensors")) File.Delete(own);
        Tensor last = network.parameters().First().detach().clone();

        PostHocAverage.Apply(network, folder.FullName, 0.2);

        using (Tensor rebuilt = network.parameters().First().detach().clone())
        using (trainer.Averages[3].SwapIn())
        {
            Tensor direct = network.parameters().First().detach();
            double error = rebuilt.sub(direct).norm().item<float>(), distance = last.sub(direct).norm().item<float>();
            error.Should().BeLessThan(0.1 * distance);
        }
    }

    [Fact]
    public void Apply_NoOrOtherSnapshots_IsRefused()
    {
        using Linear network = nn.Linear(2, 2);
        FluentActions.Invoking(() => PostHocAverage.Apply(network, folder.FullName, 0.1))
            .Should().Throw<InvalidDataException>().WithMessage("*must have a snapshot, but has none*");
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "snapshot-000000010-0.safetensors"), network.state_dict());
        FluentActions.Invoking(() => PostHocAverage.Apply(network, folder.FullName, 0.1))
            .Should().Throw<InvalidDataException>().WithMessage("*is not a snapshot*");
        FluentActions.Invoking(() => PostHocAverage.Apply(network, Path.Combine(folder.FullName, "none"), 0.1))
            .Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => new AverageSnapshots("x", 10, ScalarType.Float64))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("type must be Float32, Float16 or BFloat16, but is Float64*");
    }
}
