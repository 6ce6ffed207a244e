using Ddpm.Core;
using Ddpm.Data;
using TorchSharp;

namespace Ddpm.Training.Tests.Gaps;

public sealed class GapFillerTests : IDisposable
{
    private static readonly GapFillerOptions Small =
        new() { Window = 16, Channels = 8, Dropout = 0, BatchSize = 16, SamplingSteps = 10, Seed = 3 };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-gaps-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Train_ColumnsThatFollowEachOther_FillsOneFromTheOther()
    {
        TimeSeries whole = Pair(rows: 300, seed: 1);
        (int Column, int Row)[] hidden =
            [.. Enumerable.Range(0, 10).SelectMany(block => Enumerable.Range(20 + block * 25, 4)).Select(row => (1, row))];
        TimeSeries seen = whole.Without(hidden);
        using var filler = GapFiller.Create([seen], Small with { LearningRate = 1e-2 });
        double before = Error(filler.Fill(seen, 10));
        filler.Train([seen], 300).Should().BeTrue();
        double after = Error(filler.Fill(seen, 10)), lines = Error(LinearInterpolation.Fill(seen));
        after.Should().BeLessThan(0.5 * before).And.BeLessThan(0.8 * lines);

        double Error(FilledSeries filled) =>
            hidden.Average(cell => Math.Abs(filled.Quantile(1, cell.Row, 0.5) - whole.Values(1)[cell.Row]));
    }

    [Fact]
    public void Train_InTwoParts_IsTheRunInOne()
    {
        TimeSeries series = Pair(rows: 60, seed: 2).Without([(0, 7), (1, 8), (1, 30)]);
        using GapFiller one = GapFiller.Create([series], Small), two = GapFiller.Create([series], Small);
        one.Train([series], 6).Should().BeTrue();
        using var stop = new CancellationTokenSource();
        var checkpoints = new CheckpointStore(Path.Combine(folder.FullName, "checkpoints"), 1, 1);
        two.Train([series], 6, new AtStep(3, stop.Cancel), checkpoints, stop.Token).Should().BeFalse();
        using var again = GapFiller.Create([series], Small);
        again.Train([series], 6, null, checkpoints).Should().BeTrue();
        FilledSeries expected = one.Fill(series, 3), actual = again.Fill(series, 3);
        actual.Samples(1, 8).ToArray().Should().Equal(expected.Samples(1, 8).ToArray());

        using var other = GapFiller.Create([series], Small);
        FluentActions.Invoking(() => other.Train([Pair(rows: 60, seed: 9)], 6, null, checkpoints)).Should().Throw<Exception>()
            .WithMessage("*batches*", "a checkpoint of other data is refused");
    }

    [Fact]
    public void SaveAndLoad_GiveTheSameSamples()
    {
        TimeSeries series = Pair(rows: 40, seed: 2).Without([(0, 7), (1, 8), (1, 30)]);
        using var filler = GapFiller.Create([series], Small);
        filler.Train([series], 2);
        filler.Save(folder.FullName);
        var sampling = new GapFillerOptions { SamplingSteps = Small.SamplingSteps, Seed = Small.Seed };
        using GapFiller loaded = GapFiller.Load(folder.FullName, sampling);
        loaded.Scaling.Should().Be(filler.Scaling);
        loaded.Columns.Should().Equal("x", "y");
        loaded.Fill(series, 3).Samples(1, 30).ToArray().Should().Equal(filler.Fill(series, 3).Samples(1, 30).ToArray());

        string file = Path.Combine(folder.FullName, "gaps.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"y\"", "\"y\", \"z\"", StringComparison.Ordinal));
        FluentActions.Invoking(() => GapFiller.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*gaps.json*means*");
    }

    [Fact]
    public void Fill_ColumnsWithoutNegativeNumbers_HaveNoneInSamples()
    {
        double[] values = [.. Enumerable.Range(0, 40).Select(row => row % 8 == 3 ? double.NaN : row * row * 7 % 11 % 3 % 2)];
        TimeSeries series = new(["rain"], [values]);
        using var filler = GapFiller.Create([series], Small);
        FilledSeries filled = filler.Fill(series, 50);
        filled.Samples(0, 3).ToArray().Should().OnlyContain(value => value >= 0).And.Contain(0, "noise of an untrained network goes below");
    }

    [Fact]
    public void Fill_ColumnsWithAnAtom_HaveNothingBetweenItAndTheNextNumber()
    {
        double[] values = [.. Enumerable.Range(0, 40).Select(row => row % 8 == 3 ? double.NaN : row % 3 == 0 ? -1 : 2.0 + row % 5)];
        TimeSeries series = new(["x"], [values]);
        using var filler = GapFiller.Create([series], Small);
        filler.Fill(series, 50).Samples(0, 3).ToArray().Should().OnlyContain(value => value == -1 || value >= 0.5).And.Contain(-1);
        filler.Save(folder.FullName);
        using GapFiller loaded = GapFiller.Load(folder.FullName, new() { SamplingSteps = Small.SamplingSteps, Seed = Small.Seed });
        loaded.Fill(series, 50).Samples(0, 3).ToArray().Should().Equal(filler.Fill(series, 50).Samples(0, 3).ToArray());
    }

    [Fact]
    public void Train_DatesOfYears_GivesTheNetworkTheSeason()
    {
        double[] days = [.. Enumerable.Range(0, 1200).Select(day => 41_000.0 + day)];
        double[] season = [.. days.Select(day => 2 * Math.Cos(2 * Math.PI * day / 365.2425))];
        var noise = new float[days.Length];
        new CounterBasedRandom(7, 0, 0).FillNormal(noise);
        TimeSeries years = new(["x"], [[.. season.Zip(noise, (mean, weather) => mean + weather)]], days, TimeAxisKind.Date);
        // Nothing is known for most of a year: the window sees no number, and the season alone says what it is.
        TimeSeries seen = years.Without(Enumerable.Range(700, 300).Select(row => (0, row)));
        using var filler = GapFiller.Create([seen], Small with { LearningRate = 5e-3 });
        filler.Train([seen], 150);
        FilledSeries filled = filler.Fill(seen, 20);
        double error = Enumerable.Range(700, 300).Average(row => Math.Abs(filled.Quantile(0, row, 0.5) - season[row]));
        error.Should().BeLessThan(0.7, "the mean of the series is wrong by 1.27");

        filler.Save(folder.FullName);
        using GapFiller loaded = GapFiller.Load(folder.FullName, new() { SamplingSteps = Small.SamplingSteps, Seed = Small.Seed });
        loaded.Fill(seen, 2).Samples(0, 800).ToArray().Should().Equal(filler.Fill(seen, 2).Samples(0, 800).ToArray());
        FluentActions.Invoking(() => loaded.Fill(new TimeSeries(["x"], [new[] { 1, double.NaN }]), 2)).Should()
            .Throw<ArgumentException>().WithMessage("series must have dates*RowNumber*");
    }

    [Fact]
    public void TrainAndFill_LeaveNoTensor()
    {
        double[] days = [.. Enumerable.Range(0, 40).Select(month => 41_000 + 30.4 * month)];
        TimeSeries series = new(["x"], [[.. days.Select((day, row) => row is 7 or 8 ? double.NaN : day)]], days, TimeAxisKind.Date);
        using var filler = GapFiller.Create([series], Small);
        void Once()
        {
            filler.Train([series], 2);
            filler.Fill(series, 3);
        }

        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Once();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void WrongArguments_AreRefused()
    {
        TimeSeries series = Pair(rows: 20, seed: 1);
        FluentActions.Invoking(() => GapFiller.Create([series], Small with { Window = 18 })).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Window must be a multiple of 4*18*");
        using var filler = GapFiller.Create([series], Small);
        FluentActions.Invoking(() => filler.Fill(new TimeSeries(["z"], [new double[] { 1, double.NaN }]), 2)).Should()
            .Throw<ArgumentException>().WithMessage("*columns x, y of the filler, but has z*");
        FluentActions.Invoking(() => filler.Fill(series, 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    // An AR(1) series, and the same with its sign changed.
    private static TimeSeries Pair(int rows, long seed)
    {
        var noise = new float[rows];
        new CounterBasedRandom(seed, 0, 0).FillNormal(noise);
        double[] x = new double[rows];
        for (int row = 0; row < rows; row++) x[row] = (row > 0 ? 0.5 * x[row - 1] : 0) + noise[row];
        return new TimeSeries(["x", "y"], [x, [.. x.Select(value => 5 - value)]]);
    }

    private sealed class AtStep(long step, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) act();
        }
    }
}
