using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Data;
using Ddpm.Plotting;
using Ddpm.Training;

namespace Ddpm.Cli.Gaps;

/// <summary>The options of <c>ddpm fill</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class FillOptions(OptionReader read)
{
    private const int LongestWindow = 65_536, MostSamples = 10_000, MostSteps = 1000;

    public string Data { get; } = read.Argument(
        "data", "A CSV file with a header; an empty cell, NaN, NA, N/A or null is a gap, and times are in ascending order");

    public ImmutableArray<string> Columns { get; } = Names(read.Section("Data").Text(
        "--columns", "names", "The columns of numbers, comma-separated; by default all but the column of times"));

    public string? Time { get; } = read.Text(
        "--time", "column", "The column of times, dates or numbers; by default the first if it holds dates, otherwise rows are numbered");

    public ImmutableArray<string> Missing { get; } = Names(read.Text(
        "--missing", "words", "Further words that stand for a gap, comma-separated, such as -999"));

    public string Output { get; } = read.Section("Run").Text(
        "--out", "folder", "filled", "Folder for filled.csv, plots, the model and its checkpoints; a stopped run is resumed");

    public bool SaveSamples { get; } = read.Flag("--save-samples", "Write samples.csv, with all samples of each gap");

    public int Samples { get; } = read.Section("Filling").Number("--samples", 100, "Samples of each gap", least: 2, MostSamples);

    public ImmutableArray<double> Quantiles { get; } = Probabilities(read.Text(
        "--quantiles",
        "p,p,…",
        "0.1,0.9",
        "Quantiles to write, comma-separated, each from 0 to 1; the lowest and the highest are the band of plots and scores"));

    public int SamplingSteps { get; } =
        read.Number("--sampling-steps", GapFillerOptions.Default.SamplingSteps, "Steps in which a sample is drawn", least: 1, MostSteps);

    public double HeldOut { get; } = read.Real(
        "--held-out",
        0.1,
        "Share of the observed cells to hide, in blocks like the file's gaps, which says how far to trust the filling; with --model none",
        NumberRange.BelowOne);

    public PlotTheme Theme { get; } =
        read.Choice("--theme", "light", "Colours of the plots", ["light", "dark"]) == "dark" ? PlotTheme.Dark : PlotTheme.Light;

    public string? Model { get; } = read.Section("Training").Text(
        "--model", "folder", "Fill with a model that an earlier run of this command left, such as filled/model, without training");

    public int Steps { get; } = read.Number("--steps", 1500, "Training steps", least: 1);

    public int Window { get; } = read.Number(
        "--window", GapFillerOptions.Default.Window, "Rows that the network sees at once, a multiple of 4", least: 8, LongestWindow);

    public int Channels { get; } = read.Number(
        "--channels", GapFillerOptions.Default.Channels, "Channels of the network's first level, a multiple of 8", least: 8, 1024);

    public int BatchSize { get; } =
        read.Number("--batch-size", GapFillerOptions.Default.BatchSize, "Windows in a batch", least: 1, Most.Batch);

    public double LearningRate { get; } = read.Real(
        "--learning-rate", GapFillerOptions.Default.LearningRate, "Adam's learning rate after warm-up", NumberRange.Positive);

    public long Seed { get; } = read.Whole("--seed", 0, "Seed of weights, order, what is hidden, and noise");

    /// <summary>What of the file is read.</summary>
    public TimeSeriesFileOptions File => new() { TimeColumn = Time, Columns = Columns, GapWords = Missing };

    /// <summary>The network, its training and sampling.</summary>
    public GapFillerOptions Filler => new()
    {
        Window = Window,
        Channels = Channels,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        SamplingSteps = SamplingSteps,
        Seed = Seed,
    };

    /// <summary>The share of the samples in the band.</summary>
    public double Band => Quantiles[^1] - Quantiles[0];

    /// <summary>The band as plots and tables name it: 80 % band.</summary>
    public string BandName => string.Create(CultureInfo.InvariantCulture, $"{100 * Band:0.#} % band");

    /// <summary>Checks what no option says alone.</summary>
    /// <exception cref="UsageException">A number does not fit.</exception>
    public void Require()
    {
        if (Window % 4 != 0) throw new UsageException($"--window must be a multiple of 4, but is {Window}.");
        if (Channels % 8 != 0) throw new UsageException($"--channels must be a multiple of 8, but is {Channels}.");
    }

    private static ImmutableArray<string> Names(string? text) =>
        text is null ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static ImmutableArray<double> Probabilities(string text)
    {
        double[] numbers =
        [
            .. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : double.NaN).Order(),
        ];
        if (numbers is [0, .., 1])
        {
            throw new UsageException("--quantiles must leave out something, for the scores of their band, but reach from 0 to 1.");
        }

        return numbers.Length >= 2 && numbers.All(number => number is >= 0 and <= 1) && numbers.Distinct().Count() == numbers.Length
            ? [.. numbers]
            : throw new UsageException(
                $"--quantiles must be two or more different numbers from 0 to 1, as 0.1,0.9, but is {OptionText.Shown(text)}.");
    }
}
