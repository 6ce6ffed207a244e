using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>A model folder with all that decides its samples: sampler, steps, noise, classes. Dispose it to free the network.</summary>
internal sealed class ModelSampler : IDisposable
{
    private readonly TrainedModel model;
    private readonly SamplingOptions options;
    private readonly DiffusionSampler sampler;
    private readonly ICommunicator ranks;
    private readonly Device device;

    /// <param name="folder">The model folder.</param>
    /// <param name="options">How samples are drawn.</param>
    /// <param name="ranks">The processes that draw; this one draws its share.</param>
    public ModelSampler(string folder, SamplingOptions options, ICommunicator ranks)
    {
        this.options = options;
        this.ranks = ranks;
        RequireDdim("--eta", options.Eta is not null);
        RequireDdim("--ddim-noise kept", options.KeepNoise);
        device = Communicators.Device(options.Device, ranks);
        model = new ModelSource(folder, options.WeightPrefix).Load();
        try
        {
            UNet network = model.Network;
            if (network.Options.IsSignal || network.Options.InChannels is not (1 or 3))
            {
                string found = network.Options.IsSignal ? "signals" : $"{network.Options.InChannels} channels";
                throw new NotSupportedException(
                    $"{folder} must be a model of images of 1 or 3 channels, but is one of {found}: nothing else fits in a picture.");
            }

            Labels = ClassLabels.Read(options, network, folder);
            SamplerEntry entry = KnownSamplers.Find(options.Sampler);
            if (!entry.Supports(model.Process))
            {
                string others = string.Join(", ", KnownSamplers.All.Where(other => other.Supports(model.Process)));
                throw new UsageException(
                    $"--sampler must be among {others} for {folder}, whose process leaves no signal at its end, but is {entry}.");
            }

            SpacingRule spacing = options.Spacing is { } named ? KnownSpacings.Find(named) : entry.DefaultSpacing;
            int timesteps = model.Process.Coefficients.Timesteps, steps = options.Steps ?? entry.DefaultSteps(timesteps);
            ReverseDiffusion process = SamplerChoice.Respaced(model.Process, steps, spacing, folder);
            IConditionalEpsilonModel prepared = Precision.Prepare(network, options.Dtype, device);
            if (Labels.Length > 0 && options.Guidance != 1) prepared = new GuidedModel(prepared, options.Guidance, options.GuidanceRescale);
            var ddim = new DdimOptions { Eta = options.Eta ?? 0, RederiveNoise = !options.KeepNoise };
            sampler = SamplerChoice.Create(entry, prepared, process, ddim);
            Steps = steps;
            Settings = Describe(folder, steps, steps == timesteps ? "all" : spacing.Name);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The shape of a sample, [C, H, W].</summary>
    public IReadOnlyList<long> Shape =>
        [model.Network.Options.InChannels, model.Network.Options.Height, model.Network.Options.Width];

    /// <summary>The steps of the sampler.</summary>
    public int Steps { get; }

    /// <summary>The classes: sample k is of the k-th, over and over; empty without --label.</summary>
    public long[] Labels { get; }

    /// <summary>All that decides what sample k is.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Whether the folder's configurations are not those that the weights were written with.</summary>
    public bool ConfigurationChanged => model.Report.ConfigurationChanged;

    /// <summary>Draws samples, batch by batch; the caller disposes each.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="skip">Samples that exist already.</param>
    /// <param name="start">x_T, [count, C, H, W], in place of noise.</param>
    /// <param name="initial">Receives x_T of every sample that begins with noise.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="stop">Ends the drawing.</param>
    public IEnumerable<SampleBatch> Batches(
        long first,
        int count,
        IReadOnlySet<long>? skip,
        Tensor? start,
        Action<NoiseRequest, Tensor>? initial,
        IProgress<SamplingProgress>? progress,
        CancellationToken stop)
    {
        using Generator? generator = options.Noise == "stream" ? new Generator((ulong)options.Seed, CPU) : null;
        INoiseSource noise = generator is null ? new PerSampleNoise(options.Seed) : new StreamNoise(generator);
        var request = new SamplingRequest
        {
            FirstSample = first,
            Count = count,
            SampleShape = Shape,
            BatchSize = options.BatchSize,
            Noise = initial is null ? noise : new WatchedNoise(noise, initial),
            Device = device,
            Skip = skip,
            Labels = Labels.Length == 0 ? null : [.. Enumerable.Range(0, count).Select(k => Labels[(first + k) % Labels.Length])],
            Start = start is null ? null : new SamplingStart(start, Steps - 1),
        };
        foreach (SampleBatch batch in sampler.Batches(request.ShardFor(ranks), progress, stop)) yield return batch;
    }

    /// <summary>Gives samples as the bytes of images.</summary>
    public Tensor ToBytes(Tensor samples) =>
        PixelConversion.ToBytes(samples, options.Rounding == "truncate" ? PixelRounding.Truncate : PixelRounding.Nearest);

    public void Dispose() => model.Dispose();

    private void RequireDdim(string option, bool given)
    {
        if (given && options.Sampler != "ddim")
        {
            throw new UsageException($"{option} goes with --sampler ddim, but the sampler is {options.Sampler}.");
        }
    }

    private SortedDictionary<string, string> Describe(string folder, int steps, string spacing)
    {
        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["model"] = FolderDigest.Of(folder),
            ["sampler"] = options.Sampler,
            ["steps"] = steps.ToString(CultureInfo.InvariantCulture),
            ["spacing"] = spacing,
            ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
            ["noise"] = options.Noise,
            ["rounding"] = options.Rounding,
            ["dtype"] = options.Dtype,
        };
        if (options.Sampler == "ddim")
        {
            settings["eta"] = Text(options.Eta ?? 0);
            settings["ddim-noise"] = options.KeepNoise ? "kept" : "rederived";
        }

        // The stream is drawn in batches.
        if (options.Noise == "stream") settings["batch-size"] = options.BatchSize.ToString(CultureInfo.InvariantCulture);
        if (Labels.Length == 0) return settings;
        settings["label"] = string.Join(',', Labels);
        settings["guidance"] = Text(options.Guidance);
        if (options.Guidance != 1) settings["guidance-rescale"] = Text(options.GuidanceRescale);
        return settings;
    }
}
