using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.ModelFolders;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>The options of every command that draws samples from a model folder. Aliases are what users of diffusers type.</summary>
/// <param name="read">States each option.</param>
/// <param name="section">The one section of the help for all of them; null for a section for each kind.</param>
internal sealed class SamplingOptions(OptionReader read, string? section = null)
{
    /// <summary>Null for the model's.</summary>
    public string? Sampler { get; } = read.Section(section ?? "Sampler").Choice(
        "--sampler",
        "How x_t becomes x_{t-1}; by default ddpm, and ddim for a distilled model",
        SamplerChoice.Names);

    public int? Steps { get; } = read.Number(
        "--steps",
        $"Steps of the sampler, at most the model's T; by default {SamplerChoice.DefaultSteps}",
        least: 1,
        alias: "--num-inference-steps");

    /// <summary>Null for the sampler's own.</summary>
    public string? Spacing { get; } = read.Choice(
        "--spacing",
        $"Which of the model's timesteps these are; by default {SamplerChoice.DefaultSpacings} (diffusers: leading)",
        SamplerChoice.Spacings,
        alias: "--timestep-spacing");

    /// <summary>The timesteps of the steps; empty for those that <see cref="Spacing"/> chooses.</summary>
    public ImmutableArray<int> StepsAt { get; } = read.Numbers(
        "--steps-at",
        [],
        "In the place of --steps and --spacing: the model's timesteps to visit, ascending",
        least: 0,
        FileLimits.MostTimesteps,
        longest: FileLimits.MostTimesteps);

    public double? Eta { get; } = read.Real(
        "--eta",
        "With ddim: how much noise a step adds, 0 none (the default), 1 as much as ddpm",
        NumberRange.Unit);

    /// <summary>Whether the network's noise is kept after x̂_0 was clipped.</summary>
    public bool KeepNoise { get; } = read.Choice(
        "--ddim-noise",
        "rederived",
        "With ddim, after a clipped x̂_0: the noise that fits it (rederived, as improved-diffusion), "
            + "or the network's (kept, as diffusers)",
        ["rederived", "kept"]) == "kept";

    public double? SignalToNoise { get; } = read.Real(
        "--signal-to-noise",
        "With langevin or predictor-corrector: r, which sets the length of a Langevin step, by default 0.4 and 0.16",
        NumberRange.Positive);

    public int? StepsPerLevel { get; } = read.Number(
        "--steps-per-level",
        "With langevin or predictor-corrector: Langevin steps at each timestep, by default as few as are stable, and 1",
        least: 1,
        Most.Repetitions);

    public ModelFolderOptions Folder { get; } = new(read.Section(section ?? "Model"));

    public long Seed { get; } = read.Section(section ?? "Noise").Whole("--seed", 0, "Seed of the noise");

    public string Noise { get; } = read.Choice(
        "--noise",
        "per-sample",
        "per-sample: sample k depends on seed and k alone, whatever the batch size; "
            + "stream: one generator for all samples, as in PyTorch programs",
        ["per-sample", "stream"]);

    public int BatchSize { get; } = read.Section(ProgramCommand.Machine).Number(
        "--batch-size",
        64,
        "Images that the network sees at once",
        least: 1,
        Most.Batch);

    public string? Label { get; } = read.Section(section ?? "Classes and conditions").Text(
        "--label",
        "class,…|all",
        "Classes to draw, by name or number, for a class-conditional model; samples take them in turn");

    public ConditionSource[] Conditions { get; } = read.Of(ConditionSource.Option("--condition")) ?? [];

    public double Guidance { get; } = read.Real(
        "--guidance",
        1,
        "Strength of guidance, with --label, --condition or --weak-model; 1 is none, and more makes samples more typical",
        NumberRange.NotNegative,
        alias: "--guidance-scale");

    public double GuidanceRescale { get; } = read.Real(
        "--guidance-rescale",
        0,
        "How much of the guided prediction is scaled back against over-exposure",
        NumberRange.Unit);

    public string? WeakModel { get; } = read.Text(
        "--weak-model",
        "folder",
        "With --guidance: a weaker version of the model, such as an earlier checkpoint, that guidance leads away from; needs no classes");

    /// <summary>First and last; none for all timesteps.</summary>
    public ImmutableArray<int> GuidanceInterval { get; } = read.Numbers(
        "--guidance-interval",
        [],
        "With --guidance: the first and the last of the model's timesteps with guidance, first,last",
        least: 0,
        FileLimits.MostTimesteps,
        longest: 2);

    public string Rounding { get; } = read.Section(section ?? "Output").Choice(
        "--rounding",
        "nearest",
        "How numbers become bytes: nearest as diffusers, truncate as the authors of DDPM",
        ["nearest", "truncate"]);

    public string Device { get; } = read.Section(ProgramCommand.Machine).Device();

    public GpuOptions Gpu { get; } = new(read);

    public string Dtype { get; } = read.Section(section ?? ProgramCommand.Machine).Choice(
        "--dtype",
        "float32",
        "Type of the network's weights; on a GPU it computes in that type too. Samples stay float32",
        Precision.Names);
}
