using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>
/// A loaded model with its limits, and the sampler that drew last. Requests hold it while they wait and run: a retired model lives until
/// the last has ended.
/// </summary>
internal sealed class ServedModel
{
    private readonly InferenceModel inference;
    private readonly InferenceModel? weak;
    private readonly Lock gate = new();
    private (SamplerKey Key, InferenceSampler Sampler)? last;
    private int holders = 1;

    /// <param name="name">The name of the service.</param>
    /// <param name="inference">The model; owned.</param>
    /// <param name="weak">The weaker version that guidance leads away from; owned. Null for none.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="InvalidDataException">The model does not make pictures, or the weaker one is of another kind.</exception>
    public ServedModel(string name, InferenceModel inference, InferenceModel? weak, DdpmOptions options)
    {
        (Name, this.inference, this.weak, Options) = (name, inference, weak, options);
        string title = options.Title ?? TitleOf(options.Folder) ?? name;
        if (inference.SampleShape is not [1 or 3, _, _])
        {
            string shape = inference.SampleShape is { } actual ? $"samples of [{string.Join(", ", actual)}]" : "samples of any shape";
            throw new InvalidDataException(
                $"{options.Folder ?? title}: the model must make pictures of 1 or 3 channels, but makes {shape}.");
        }

        if (weak is not null && WeakModelRules.Difference(inference.Network, inference.Process, weak.Network, weak.Process) is { } found)
        {
            string folder = options.WeakFolder ?? "The model of LoadWeak";
            throw new InvalidDataException($"{folder}: the weaker model must have the {found.What} of "
                + $"{options.Folder ?? title}, {found.Expected}, but has {found.Actual}.");
        }

        Shape = inference.SampleShape.Value;
        Title = title;
        double signal = new DiffusionCoefficients(inference.Schedule).AlphaBars[^1];
        Methods =
        [
            .. SamplingMethod.All.Where(method => !method.NeedsSignal || signal > 0)
                .OrderByDescending(method => method == inference.Process.DefaultMethod),
        ];
        Parameters = inference.ParameterCount;
    }

    /// <summary>Gets the name of the service.</summary>
    public string Name { get; }

    /// <summary>Gets what people call the model.</summary>
    public string Title { get; }

    /// <summary>Gets the limits.</summary>
    public DdpmOptions Options { get; }

    /// <summary>Gets [C, H, W] of a picture.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Gets the sampling methods that the process allows; the first is the default.</summary>
    public ImmutableArray<SamplingMethod> Methods { get; }

    /// <summary>Gets the number of weights; null where something else computes the network.</summary>
    public long? Parameters { get; }

    /// <summary>Gets the schedule of the process.</summary>
    public IVarianceSchedule Schedule => inference.Schedule;

    /// <summary>Gets the number of classes; 0 for none.</summary>
    public int Classes => inference.Network.ClassCount;

    /// <summary>Gets the names of the classes; null where they have numbers only.</summary>
    public ClassNames? ClassNames => inference.ClassNames;

    /// <summary>Gets the conditions that a request gives, one by one.</summary>
    public IReadOnlyList<NetworkCondition> Conditions => inference.Network.Conditions;

    /// <summary>Gets whether every request must name a class.</summary>
    public bool NeedsClass => Classes > 0 && !inference.Network.HasNullLabel;

    /// <summary>Gets whether guidance leads away from a weaker model, with a class or without.</summary>
    public bool IsAutoguided => weak is not null;

    /// <summary>
    /// Gets whether guidance has something to lead away from: a weaker model, the model without its class, or zeros for its conditions.
    /// </summary>
    public bool CanGuide => IsAutoguided || (Classes > 0 ? !NeedsClass : Conditions.Count > 0);

    /// <summary>Gets what heights and widths must be multiples of.</summary>
    public int SizeMultiple => inference.SizeMultiple;

    /// <summary>Gets the most steps of a request.</summary>
    public int MaxSteps => Math.Min(Options.MaxSteps ?? Schedule.Timesteps, Schedule.Timesteps);

    /// <summary>Returns the steps of a request that states none.</summary>
    public int DefaultSteps(SamplingMethod method) => Math.Min(method.DefaultSteps(Schedule.Timesteps), MaxSteps);

    /// <summary>Returns the rows of a batch from which a sample has the same bits in every batch.</summary>
    public int RowsOfOneWay(int height, int width) => inference.RowsOfOneWay(height, width);

    /// <summary>Returns a sampler, that of the last run where it fits. Only the worker asks.</summary>
    public InferenceSampler SamplerOf(SamplerKey key)
    {
        if (last is { } known && known.Key == key) return known.Sampler;
        last?.Sampler.Dispose();
        last = null;
        InferenceSampler sampler = inference.CreateSampler(key.Method, new InferenceSamplerOptions
        {
            Steps = key.Steps,
            Spacing = key.Spacing,
            Eta = key.Eta,
            Langevin = key.Langevin,
            Threads = Options.Threads,
            Weights = Options.Weights,
            WeakModel = weak,
        });
        last = (key, sampler);
        return sampler;
    }

    /// <summary>Holds the model for a request; false where it is gone.</summary>
    public bool TryHold()
    {
        lock (gate)
        {
            if (holders == 0) return false;
            holders++;
            return true;
        }
    }

    /// <summary>Ends the hold of a request, or that of the service. The last one frees the model.</summary>
    public void Release()
    {
        lock (gate)
        {
            if (--holders > 0) return;
        }

        last?.Sampler.Dispose();
        last = null;
        inference.Dispose();
        weak?.Dispose();
    }

    // "quickstart-out/model" says more than "model".
    private static string? TitleOf(string? folder)
    {
        if (folder is null) return null;
        string[] parts = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)).Split(Path.DirectorySeparatorChar);
        return string.Join('/', parts.TakeLast(parts[^1] == "model" ? 2 : 1));
    }
}
