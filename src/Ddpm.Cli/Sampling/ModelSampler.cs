using System.Globalization;
using Ddpm.Cli.Arguments;
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
    private readonly Device device;

    public ModelSampler(string folder, SamplingOptions options)
    {
        if (options.Eta is not null && options.Sampler != "ddim") throw new UsageException($"--eta goes with --sampler ddim, but the sampler is {options.Sampler}.");
        if (options.KeepNoise && options.Sampler != "ddim") throw new UsageException($"--ddim-noise kept goes with --sampler ddim, but the sampler is {options.Sampler}.");
        this.options = options;
        device = new Device(options.Device);
        model = ModelFolder.Load(folder);
        try
        {
            UNet network = model.Network;
            if (network.Options.IsSignal || network.Options.InChannels is not (1 or 3)) throw new NotSupportedException($"{folder} must be a model of images of 1 or 3 channels, but is one of {(network.Options.IsSignal ? "signals" : $"{network.Options.InChannels} channels")}: nothing else fits in a picture.");
            Labels = ClassLabels.Read(options, network, folder);
            int timesteps = model.Process.Coefficients.Timesteps, steps = options.Steps ?? SamplerChoice.DefaultSteps(options.Sampler, timesteps);
            ReverseDiffusion process = SamplerChoice.Respaced(model.Process, steps, options.Spacing, folder);
            IConditionalEpsilonModel prepared = Precision.Prepare(network, options.Dtype, device);
            if (Labels.Length > 0 && options.Guidance != 1) prepared = new GuidedModel(prepared, options.Guidance, options.GuidanceRescale);
            sampler = SamplerChoice.Create(options.Sampler, prepared, process, new DdimOptions { Eta = options.Eta ?? 0, RederiveNoise = !options.KeepNoise });
            Steps = steps;
            Settings = Describe(folder, steps, steps == timesteps ? "all" : options.Spacing);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The shape of a sample, [C, H, W].</summary>
    public IReadOnlyList<long> Shape => [model.Network.Options.InChannels, model.Network.Options.Height, model.Network.Options.Width];

    /// <summary>The steps of the sampler.</summary>
    public int Steps { get; }

    /// <summary>The classes: sample k is of the k-th, over and over; none where nothing is told.</summary>
    public long[] Labels { get; }

    /// <summary>All that decides what sample k is.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Whether the folder's configurations are not those that the weights were written with.</summary>
    public bool ConfigurationChanged => model.Report.ConfigurationChanged;

    /// <summary>Draws samples, batch by batch; the caller disposes each.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="skip">Those that are there already.</param>
    /// <param name="start">x_T, [count, C, H, W], in place of noise.</param>
    /// <param name="initial">Told x_T of every sample that begins with noise, where anybody wants to know.</param>
    /// <param name="ranks">The processes that draw; this one draws its share.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="stop">Ends the drawing.</param>
    public IEnumerable<SampleBatch> Batches(long first, int count, IReadOnlySet<long>? skip, Tensor? start, Action<NoiseRequest, Tensor>? initial, ICommunicator ranks, IProgress<SamplingProgress>? progress, CancellationToken stop)
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

    /// <summary>Samples as the bytes of an image.</summary>
    public Tensor ToBytes(Tensor samples) => PixelConversion.ToBytes(samples, options.Rounding == "truncate" ? PixelRounding.Truncate : PixelRounding.Nearest);

    public void Dispose() => model.Dispose();

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
        if (options.Sampler == "ddim") (settings["eta"], settings["ddim-noise"]) = (Text(options.Eta ?? 0), options.KeepNoise ? "kept" : "rederived");
        // The stream is drawn in batches.
        if (options.Noise == "stream") settings["batch-size"] = options.BatchSize.ToString(CultureInfo.InvariantCulture);
        if (Labels.Length == 0) return settings;
        settings["label"] = string.Join(',', Labels);
        settings["guidance"] = Text(options.Guidance);
        if (options.Guidance != 1) settings["guidance-rescale"] = Text(options.GuidanceRescale);
        return settings;
    }
}
