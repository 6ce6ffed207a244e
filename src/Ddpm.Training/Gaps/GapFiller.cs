using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;

namespace Ddpm.Training;

/// <summary>
/// Fills the gaps of time series by samples of a diffusion model that is given the observed cells (CSDI, Tashiro et al. 2021,
/// arXiv:2107.03502): a small U-Net over windows of all columns, trained to draw cells that are hidden from it. Owns its network.
/// </summary>
public sealed class GapFiller : IDisposable
{
    private readonly GapModelFile about;
    private readonly GapFillerOptions options;

    private GapFiller(GapModelFile about, GapFillerOptions options, UNet network)
    {
        (this.about, this.options, Network) = (about, options, network);
    }

    /// <summary>Gets the names of the columns.</summary>
    public ImmutableArray<string> Columns => about.Columns;

    /// <summary>Gets how the network sees the columns: by the observed cells of the series that it was made for.</summary>
    public ColumnScaling Scaling => about.Scaling;

    /// <summary>Gets which columns had no negative number in the series that the filler was made for: their samples have none.</summary>
    public ImmutableArray<bool> NonNegative => about.NonNegative;

    /// <summary>Gets the network, with the averaged weights after <see cref="Train"/>.</summary>
    public UNet Network { get; }

    /// <summary>Gets the options.</summary>
    public GapFillerOptions Options => options;

    /// <summary>Makes a filler with an untrained network.</summary>
    /// <param name="series">The series to train on, with the same columns; their observed cells alone decide the scaling.</param>
    /// <param name="options">The network, training and sampling. Default: <see cref="GapFillerOptions.Default"/>.</param>
    /// <returns>The filler; dispose it.</returns>
    /// <exception cref="ArgumentException">
    /// There is no series, their columns differ, a column has no number, or an option is out of range.
    /// </exception>
    public static GapFiller Create(IReadOnlyList<TimeSeries> series, GapFillerOptions? options = null)
    {
        options = (options ?? GapFillerOptions.Default).Validated();
        GapModelFile about = GapModelFile.Of(series);
        return new GapFiller(about, options, new UNet(options.Network(about.Columns.Length, about.Calendar.Channels), options.Seed));
    }

    /// <summary>Reads a filler from a folder that <see cref="Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">The batches and the sampling; the network's shape is the folder's. Default: the defaults.</param>
    /// <returns>The filler; dispose it.</returns>
    /// <exception cref="FileNotFoundException">The folder holds no filler.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the network is not that of a filler; the message names it.</exception>
    public static GapFiller Load(string folder, GapFillerOptions? options = null)
    {
        GapModelFile file = GapModelFile.Read(folder);
        TrainedModel model = ModelFolder.Load(folder);
        try
        {
            UNetOptions shape = model.Network.Options;
            options = ((options ?? GapFillerOptions.Default) with { Window = shape.Height, Channels = shape.BaseChannels }).Validated();
            IEnumerable<NetworkCondition> needed = GapConditions.Describe(file.Columns.Length, file.Calendar.Channels);
            if (shape.InChannels != file.Columns.Length || !shape.Conditions.SequenceEqual(needed))
            {
                throw new InvalidDataException(
                    $"{folder} must hold a network of {file.Columns.Length} columns with the conditions {string.Join(", ", needed)}, but "
                    + $"its network has {shape.InChannels} and {string.Join(", ", shape.Conditions)}.");
            }

            return new GapFiller(file, options, model.Network);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Trains the network on series, and gives it the averaged weights.</summary>
    /// <param name="series">The series, with the columns of the filler; their gaps have no part in it.</param>
    /// <param name="steps">The steps of the whole training. Range: ≥ 1.</param>
    /// <param name="progress">Receives every step. Default: none.</param>
    /// <param name="checkpoints">
    /// Keeps checkpoints, and resumes from its newest: the same series and options are needed. Default: none.
    /// </param>
    /// <param name="cancellationToken">Ends the training after the current step.</param>
    /// <returns>Whether all steps were done; false when the training was cancelled.</returns>
    /// <exception cref="ArgumentException">The columns differ, dates are missing, or the steps are out of range.</exception>
    /// <exception cref="InvalidDataException">The newest checkpoint is damaged or of another run.</exception>
    /// <exception cref="InvalidOperationException">The newest checkpoint is of other series.</exception>
    public bool Train(
        IReadOnlyList<TimeSeries> series,
        int steps,
        IProgress<TrainingProgress>? progress = null,
        CheckpointStore? checkpoints = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        foreach (TimeSeries one in series) RequireFit(one);
        using InMemoryDataset windows = GapBatches.Windows(series, about, options.Window);
        Network.train();
        using Trainer trainer = Trainer.Create(Network, GapFillerOptions.Process, options.Training(steps));
        checkpoints?.RestoreLatest(trainer);
        bool done = trainer.Run(
            GapBatches.Of(windows, about.Guess, options), steps, progress, checkpoints is null ? [] : [checkpoints], cancellationToken);
        trainer.Ema.CopyTo(Network);
        return done;
    }

    /// <summary>Draws samples for all gaps of a series.</summary>
    /// <param name="series">The series, with the columns of the filler; any length.</param>
    /// <param name="samples">The number of samples. Range: ≥ 1.</param>
    /// <param name="progress">Receives the share that is done, 0 … 1. Default: none.</param>
    /// <param name="cancellationToken">Stops within one step of the sampler.</param>
    /// <returns>The samples in the units of the columns.</returns>
    /// <exception cref="ArgumentException">The columns differ, dates are missing, or the number of samples is out of range.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public FilledSeries Fill(
        TimeSeries series, int samples, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        RequireFit(series);
        Network.eval();
        var sampler = new DpmSolverSampler(
            Network, GapFillerOptions.Process.Respace(GapSteps.Of(GapFillerOptions.Process.Coefficients.Schedule, options.SamplingSteps)));
        var sampling = new GapSampling(series, about, options.Window, samples);
        long total = sampling.Rows;
        return sampling.Fill(
            (conditions, first) => sampler.Sample(
                new SamplingRequest
                {
                    Count = (int)conditions[GapConditions.Mask].size(0),
                    SampleShape = [Columns.Length, options.Window],
                    Noise = new PerSampleNoise(options.Seed),
                    FirstSample = first,
                    BatchSize = 128,
                    Conditions = conditions,
                },
                progress is null ? null : new Share(progress, first, total),
                cancellationToken));
    }

    /// <summary>Writes the network, the scaling and the names of the columns as a model folder.</summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        ModelFolder.Save(folder, Network, GapFillerOptions.Process);
        about.Write(folder);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    private void RequireFit(TimeSeries series)
    {
        if (!series.Columns.SequenceEqual(Columns))
        {
            throw new ArgumentException(
                $"series must have the columns {string.Join(", ", Columns)} of the filler, but has {string.Join(", ", series.Columns)}.",
                nameof(series));
        }

        if (about.Calendar.Channels > 0 && series.Kind != TimeAxisKind.Date)
        {
            throw new ArgumentException(
                $"series must have dates, for the filler was made for series with dates, but has times of kind {series.Kind}.",
                nameof(series));
        }
    }

    private sealed class Share(IProgress<double> progress, long first, long total) : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value) =>
            progress.Report((first + (double)value.StepsDone / value.StepsTotal * value.SamplesTotal) / total);
    }
}
