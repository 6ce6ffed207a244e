using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>A model folder with all that decides its samples: sampler, steps, noise, classes. Holds no network.</summary>
internal sealed class SamplePlan
{
    /// <param name="folder">The model folder.</param>
    /// <param name="options">How samples are drawn.</param>
    /// <exception cref="UsageException">The options do not go together, or not with the model.</exception>
    /// <exception cref="InvalidDataException">The folder holds no such model; the message says what does not fit.</exception>
    public SamplePlan(string folder, SamplingOptions options)
    {
        Options = options;
        Source = new ModelSource(folder, options.Folder);
        ModelDescription description = Description = Source.Describe();
        Method = options.Sampler is { } chosen ? SamplingMethod.Find(chosen) : description.Process!.DefaultMethod;
        RequireDdim("--eta", options.Eta is not null);
        RequireDdim("--ddim-noise kept", options.KeepNoise);
        LangevinChoice.Require(options, Method);
        ReverseProcess process = FolderProcess.Require(folder, description);
        UNetOptions network = description.Network;
        string variance = ModelFolders.Description.Variance(description.Process!.Variance);
        FolderProcess.RequireFit(folder, network, variance, process.Variance.OutputsPerElement);
        using ModelWeights weights = Source.Open(network, Source.WeightPrefix);
        Source.RequirePrefix(weights.Prefixes);
        if (network.IsSignal || network.InChannels is not (1 or 3))
        {
            string found = network.IsSignal ? "signals" : $"{network.InChannels} channels";
            throw new NotSupportedException(
                $"{folder} must be a model of images of 1 or 3 channels, but is one of {found}: nothing else fits in a picture.");
        }

        ConfigurationChanged = ConfigurationDigest.HasChanged(folder, weights.File);
        Shape = network.SampleShape;
        Labels = ClassLabels.Read(options, new UNetDescription(network), folder);
        Conditions = SampleConditions.Read(options.Conditions, network, folder);
        Guidance = GuidanceChoice.Of(options, folder, description);
        if (Method.NeedsSignal && process.Coefficients.AlphaBars[^1] == 0)
        {
            string others = string.Join(", ", SamplingMethod.All.Where(other => !other.NeedsSignal));
            throw new UsageException(
                $"--sampler must be among {others} for {folder}, whose process leaves no signal at its end, but is {Method}.");
        }

        Schedule = SamplerChoice.Respaced(process.Coefficients.Schedule, Method, options, folder);
        Steps = Schedule.Timesteps;
        Timesteps = ReferenceEquals(Schedule, process.Coefficients.Schedule) ? null : ((RespacedSchedule)Schedule).Retained;
        Langevin = LangevinChoice.Of(options, Method, Schedule);
        Grain = Method == SamplingMethod.Ddpm && description.Process.Variance == "fixed_large"
            && FixedLargeSteps.Needed(Schedule) is { } needed
                ? $"{Steps} of {needed.Trained} steps with the variance {variance} give grainy pictures: "
                    + $"take --sampler {SamplingMethod.Ddim}, or at least --steps {needed.Least}."
                : null;
        Settings = Describe(folder, SamplerChoice.SpacingOf(process.Coefficients.Schedule, Method, options));
    }

    /// <summary>The model folder.</summary>
    public ModelSource Source { get; }

    /// <summary>What its configurations say, with the process that the options state where the folder has none.</summary>
    public ModelDescription Description { get; }

    /// <summary>The process that the options state; null where the folder does.</summary>
    public ProcessDescription? Given => Source.Given(Description);

    /// <summary>What another sampler the folder names, for a message; null where it names this one or none.</summary>
    public string? NamedSampler =>
        Description.Scheduler is { } named && !named.StartsWith(Method.Name, StringComparison.OrdinalIgnoreCase) ? named : null;

    /// <summary>Whether the folder's configurations are not those that the weights were written with.</summary>
    public bool ConfigurationChanged { get; }

    /// <summary>How samples are drawn.</summary>
    public SamplingOptions Options { get; }

    /// <summary>The shape of a sample, [C, H, W].</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The numbers of a sample.</summary>
    public int Elements => Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The sampler.</summary>
    public SamplingMethod Method { get; }

    /// <summary>The steps of the sampler.</summary>
    public int Steps { get; }

    /// <summary>The model's timesteps that they visit; null for all.</summary>
    public IReadOnlyList<int>? Timesteps { get; }

    /// <summary>The schedule over these timesteps.</summary>
    public IVarianceSchedule Schedule { get; }

    /// <summary>The Langevin steps; null for a sampler that takes none.</summary>
    public LangevinOptions? Langevin { get; }

    /// <summary>The classes: sample k is of the k-th, over and over; empty without --label.</summary>
    public long[] Labels { get; }

    /// <summary>What guidance leads away from, and where.</summary>
    public GuidanceChoice Guidance { get; }

    /// <summary>What else the network is given: sample k gets the k-th rows, over and over.</summary>
    public SampleConditions Conditions { get; }

    /// <summary>What is wrong with so few steps of the model's variance; null where nothing is.</summary>
    public string? Grain { get; }

    /// <summary>All that decides what sample k is.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The classes of some samples; null without --label.</summary>
    public long[]? LabelsOf(long first, int count) =>
        Labels.Length == 0 ? null : [.. Enumerable.Range(0, count).Select(k => Labels[(first + k) % Labels.Length])];

    private void RequireDdim(string option, bool given)
    {
        if (given && Method != SamplingMethod.Ddim)
        {
            throw new UsageException($"{option} goes with --sampler ddim, but the sampler is {Method}.");
        }
    }

    private SortedDictionary<string, string> Describe(string folder, string spacing)
    {
        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["model"] = FolderDigest.Of(folder),
            ["sampler"] = Method.Name,
            ["steps"] = Steps.ToString(CultureInfo.InvariantCulture),
            ["spacing"] = spacing,
            ["seed"] = Options.Seed.ToString(CultureInfo.InvariantCulture),
            ["noise"] = Options.Noise,
            ["rounding"] = Options.Rounding,
            ["dtype"] = Options.Dtype,
        };
        foreach ((string name, string value) in Source.Settings) settings[name] = value;
        if (Method == SamplingMethod.Ddim)
        {
            settings["eta"] = Text(Options.Eta ?? 0);
            settings["ddim-noise"] = Options.KeepNoise ? "kept" : "rederived";
        }

        if (Langevin is { } steps)
        {
            settings["signal-to-noise"] = Text(steps.SignalToNoise);
            settings["steps-per-level"] = steps.StepsPerLevel.ToString(CultureInfo.InvariantCulture);
        }

        // The stream is drawn in batches.
        if (Options.Noise == "stream") settings["batch-size"] = Options.BatchSize.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, string value) in Conditions.Settings) settings[name] = value;
        if (Labels.Length > 0) settings["label"] = string.Join(',', Labels);
        if (Labels.Length > 0 || !Conditions.IsEmpty || Guidance.Weak is not null) settings["guidance"] = Text(Options.Guidance);
        if (Options.Guidance == 1) return settings;
        settings["guidance-rescale"] = Text(Options.GuidanceRescale);
        if (Guidance.Weak is { } weak) settings["weak-model"] = FolderDigest.Of(weak);
        if (Guidance.Interval is { } interval) settings["guidance-interval"] = $"{interval.First},{interval.Last}";
        return settings;
    }
}
