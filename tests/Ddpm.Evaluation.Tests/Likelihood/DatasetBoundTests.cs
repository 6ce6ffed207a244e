using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Likelihood;

public sealed class DatasetBoundTests : IDisposable
{
    private const int Timesteps = 8;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-bound-");
    private readonly ImageDataset data = new(randint(256, [10, 1, 3, 3], uint8, generator: new Generator(1)));
    private readonly VariationalBound bound = Bound();

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Evaluate_DataSet_IsTheBoundOfItsTensor()
    {
        BoundReport report = DatasetBound.Evaluate(bound, data, new DatasetBoundOptions { BatchSize = 4, Seed = 5, Examples = 9 });

        using Tensor images = data.Images(), values = (images.to(float32) / 127.5 - 1).narrow(0, 0, 9);
        BoundReport expected = bound.Evaluate(values, new PerSampleNoise(5));
        report.Examples.Should().Be(9);
        report.Total.Mean.Should().BeApproximately(expected.Total.Mean, 1e-5);
        report.Total.StandardError.Should().BeApproximately(expected.Total.StandardError, 1e-5);
        for (int t = 0; t < Timesteps; t++) report.Terms[t].Mean.Should().BeApproximately(expected.Terms[t].Mean, 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3 * Timesteps)] // within the second batch, for each has two draws
    [InlineData(5 * Timesteps)]
    public void Evaluate_StoppedAndGoneOnWith_GivesTheSameBits(int stopAfter)
    {
        var options = new DatasetBoundOptions { BatchSize = 4, Seed = 5 };
        BoundReport straight = DatasetBound.Evaluate(bound, data, options);
        DatasetBoundOptions saved = options with { ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        int before = 0, after = 0;
        Interrupted.Evaluate(
            (progress, stop) => DatasetBound.Evaluate(bound, data, saved, progress, cancellationToken: stop),
            _ => ++before == stopAfter);
        BoundReport resumed = DatasetBound.Evaluate(bound, data, saved, new Relay<BoundProgress>(_ => after++));

        resumed.Should().BeEquivalentTo(straight, equal => equal.ComparingByMembers<Estimate>().WithStrictOrdering());
        int finishedBatches = stopAfter / (2 * Timesteps);
        after.Should().Be((3 - finishedBatches) * 2 * Timesteps, "finished batches are not evaluated again");
        File.Exists(saved.ProgressFile).Should().BeFalse("nothing is left to go on with");
    }

    [Fact]
    public void Evaluate_ProgressFileInUse_IsRefusedAndTheFirstIsNotDisturbed()
    {
        var options = new DatasetBoundOptions { BatchSize = 4, ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        int refused = 0;
        DatasetBound.Evaluate(bound, data, options, new Relay<BoundProgress>(at =>
        {
            if (at.ExamplesDone != 4 || refused++ > 0) return;
            FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, options)).Should().Throw<IOException>()
                .WithMessage($"{options.ProgressFile} is in use by another run: *");
        }));
        refused.Should().BePositive();
        folder.EnumerateFileSystemInfos().Should().BeEmpty();
    }

    [Fact]
    public void Evaluate_ProgressFileOfAnotherOrDamaged_IsRefusedAndKept()
    {
        var options = new DatasetBoundOptions
        {
            BatchSize = 4,
            ProgressFile = Path.Combine(folder.FullName, "progress.json"),
            NetworkIdentity = "one",
        };
        Interrupted.EvaluateFirst(
            4, (progress, stop) => DatasetBound.Evaluate(bound, data, options, progress, cancellationToken: stop));
        byte[] then = File.ReadAllBytes(options.ProgressFile);

        foreach (DatasetBoundOptions other in new[] { options with { NetworkIdentity = "two" }, options with { Seed = 9 },
            options with { BatchSize = 5 }, options with { Examples = 8 } })
        {
            FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, other)).Should().Throw<InvalidDataException>()
                .WithMessage("*is of another evaluation, with which this one cannot go on: network one; * there, network * here.");
        }

        using var more = new ImageDataset(randint(256, [10, 1, 3, 3], uint8, generator: new Generator(2)));
        FluentActions.Invoking(() => DatasetBound.Evaluate(bound, more, options)).Should().Throw<InvalidDataException>();
        File.ReadAllBytes(options.ProgressFile).Should().Equal(then);
        foreach (int length in new[] { 0, 1, then.Length / 2, then.Length - 1 })
        {
            File.WriteAllBytes(options.ProgressFile, then[..length]);
            FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, options)).Should().Throw<InvalidDataException>()
                .WithMessage($"{options.ProgressFile} *");
        }
    }

    [Theory]
    [InlineData("\"timesteps\":8", "\"timesteps\":9", "sums.terms.means must be a list of 9 numbers, *")]
    [InlineData("\"timesteps\":8", "\"timesteps\":2000000000", "timesteps must be a whole number from 1 to 100000, but is 2000000000.")]
    [InlineData("\"timesteps\":8", "\"timesteps\":8.0", "timesteps must be a whole number from 1 to 100000, but is 8.0.")]
    [InlineData("\"draws\":2", "\"draws\":1", "draws must be 2, but is 1.")]
    [InlineData("\"draws\":2", "\"draws\":2,\"draws\":2", "draws must occur once, but occurs twice.")]
    [InlineData("\"examples\":4", "\"examples\":-4", "examples must be a whole number from 0 to *")]
    [InlineData("\"examples\":4", "\"examples\":11", "examples must be at most 10, but is 11.")]
    [InlineData("\"examples\":4", "\"examples\":\"4\"", "examples must be a whole number from 0 to *, but is \"4\".")]
    [InlineData("\"format\":1", "\"format\":2", "format must be 1, the only one that is known, but is 2.")]
    [InlineData("\"means\":[", "\"means\":[1e999,", "sums.prior.means must be a list of at most 1 numbers*")]
    [InlineData("\"squares\":[", "\"squares\":[-", "sums.prior.squares must be a list of numbers from 0 to *")]
    [InlineData("\"sums\":", "\"sums\":null,\"other\":", "sums must be an object, but is null.")]
    public void Evaluate_ProgressFileThatWasChanged_NamesTheField(string then, string now, string message)
    {
        var options = new DatasetBoundOptions { BatchSize = 4, ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        Interrupted.EvaluateFirst(
            4, (progress, stop) => DatasetBound.Evaluate(bound, data, options, progress, cancellationToken: stop));
        Interrupted.Change(options.ProgressFile, then, now);
        FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, options)).Should().Throw<InvalidDataException>()
            .WithMessage($"{options.ProgressFile}: {message}");
    }

    [Fact]
    public void Merge_HalvesOfTwoProcesses_AreTheWhole()
    {
        using Tensor images = data.Images(), values = images.to(float64) / 127.5 - 1, first = values.narrow(0, 0, 3),
            second = values.narrow(0, 3, 7);
        var noise = new PerSampleNoise(5);
        BoundAccumulator whole = bound.NewAccumulator(), mine = bound.NewAccumulator(), theirs = bound.NewAccumulator();
        bound.Accumulate(whole, values, noise, 0);
        bound.Accumulate(mine, first, noise, 0);
        bound.Accumulate(theirs, second, noise, 3);
        mine.Merge(bound.NewAccumulator());
        mine.Merge(theirs);

        BoundReport expected = whole.Report(), merged = mine.Report();
        merged.Examples.Should().Be(10);
        foreach ((Estimate a, Estimate b) in merged.Terms.Zip(expected.Terms).Append((merged.Total, expected.Total))
            .Append((merged.Rate, expected.Rate)))
        {
            a.Mean.Should().BeApproximately(b.Mean, 1e-12);
            a.StandardError.Should().BeApproximately(b.StandardError, 1e-12);
            a.NoiseStandardError.Should().BeApproximately(b.NoiseStandardError, 1e-12);
        }

        FluentActions.Invoking(() => mine.Merge(new BoundAccumulator(Timesteps + 1, 2))).Should().Throw<ArgumentException>()
            .WithMessage($"other must be of {Timesteps} timesteps and 2 draws, but is of {Timesteps + 1} and 2*");
        FluentActions.Invoking(() => bound.NewAccumulator().Report()).Should().Throw<InvalidOperationException>()
            .WithMessage("A bound needs at least 1 example*");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(11)] // one more than there are examples
    public void Evaluate_SeveralRanks_IsTheBoundOfOne(int worldSize)
    {
        var options = new DatasetBoundOptions { BatchSize = 4, Seed = 5, ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        BoundReport one = DatasetBound.Evaluate(bound, data, options);
        BoundReport[] all = ThreadRanks.Run(worldSize, ranks => DatasetBound.Evaluate(Bound(), data, options, communicator: ranks));

        all.Should().AllSatisfy(report =>
        {
            report.Examples.Should().Be(10);
            report.Total.Mean.Should().BeApproximately(one.Total.Mean, 1e-5);
            report.Total.StandardError.Should().BeApproximately(one.Total.StandardError, 1e-5);
            report.RateDistortion[^1].Rate.Mean.Should().BeApproximately(one.Rate.Mean, 1e-5);
        });
        all.Select(report => report.Total).Distinct().Should().ContainSingle("all ranks get the same bits");
        folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Evaluate_Repeated_LeavesNoTensor()
    {
        DatasetBound.Evaluate(bound, data);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) DatasetBound.Evaluate(bound, data, new DatasetBoundOptions { BatchSize = 3 });
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Evaluate_NumberOutOfRange_IsNamed()
    {
        FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, new DatasetBoundOptions { Examples = 11 }))
            .Should().Throw<ArgumentException>().WithMessage("DatasetBoundOptions.Examples must be 1 … 10*but is 11*");
        FluentActions.Invoking(() => DatasetBound.Evaluate(bound, data, new DatasetBoundOptions { BatchSize = 0 }))
            .Should().Throw<ArgumentException>().WithMessage("DatasetBoundOptions.BatchSize must be ≥ 1, but is 0*");
    }

    private static VariationalBound Bound() =>
        new(new Half(), new ReverseDiffusion(new LinearSchedule(Timesteps, 1e-3, 0.5)), new BoundOptions { Draws = 2 });

    private sealed class Half : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => xt * 0.5;
    }
}
