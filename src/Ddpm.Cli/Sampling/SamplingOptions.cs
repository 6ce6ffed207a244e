using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>The options of every command that draws samples from a model folder. Aliases are what users of diffusers type.</summary>
/// <param name="read">States each option.</param>
/// <param name="where">Begins the descriptions with what the options are for; empty where the command only samples.</param>
internal sealed class SamplingOptions(OptionReader read, string where = "")
{
    public string Sampler { get; } = read.Choice(
        "--sampler",
        SamplingMethod.Ddpm.Name,
        where + "How x_t becomes x_{t-1}",
        SamplerChoice.Names);

    public int? Steps { get; } = read.Number(
        "--steps",
        where + $"Steps of the sampler, at most the model's T; by default {SamplerChoice.DefaultSteps}",
        least: 1,
        alias: "--num-inference-steps");

    /// <summary>Null for the sampler's own.</summary>
    public string? Spacing { get; } = read.Choice(
        "--spacing",
        where + $"Which of the model's timesteps these are; by default {SamplerChoice.DefaultSpacings} (diffusers: leading)",
        SamplerChoice.Spacings,
        alias: "--timestep-spacing");

    public double? Eta { get; } = read.Real(
        "--eta",
        where + "With ddim: how much noise a step adds, 0 none (the default), 1 as much as ddpm",
        NumberRange.Unit);

    /// <summary>Whether the network's noise is kept after x̂_0 was clipped.</summary>
    public bool KeepNoise { get; } = read.Choice(
        "--ddim-noise",
        "rederived",
        where + "With ddim, after a clipped x̂_0: the noise that fits it (rederived, as improved-diffusion), "
            + "or the network's (kept, as diffusers)",
        ["rederived", "kept"]) == "kept";

    public ModelFolderOptions Folder { get; } = new(read, where);

    public long Seed { get; } = read.Whole("--seed", 0, where + "Seed of the noise");

    public string Noise { get; } = read.Choice(
        "--noise",
        "per-sample",
        where + "per-sample: sample k depends on seed and k alone, whatever the batch size; "
            + "stream: one generator for all samples, as in PyTorch programs",
        ["per-sample", "stream"]);

    public int BatchSize { get; } = read.Number(
        "--batch-size",
        64,
        "Images that the network sees at once",
        least: 1,
        Most.Batch,
        alias: "--batch");

    public string? Label { get; } = read.Text(
        "--label",
        "class,…|all",
        where + "Classes to draw, by name or number, for a class-conditional model: sample k is of the k-th, over and over");

    public double Guidance { get; } = read.Real(
        "--guidance",
        1,
        where + "Strength of classifier-free guidance, with --label; 1 is none, and more makes samples more typical",
        NumberRange.NotNegative,
        alias: "--guidance-scale");

    public double GuidanceRescale { get; } = read.Real(
        "--guidance-rescale",
        0,
        where + "How much of the guided prediction is scaled back against over-exposure",
        NumberRange.Unit);

    public string Rounding { get; } = read.Choice(
        "--rounding",
        "nearest",
        where + "How numbers become bytes: nearest as diffusers, truncate as the authors of DDPM",
        ["nearest", "truncate"]);

    public string Device { get; } = read.Device();

    public string Dtype { get; } = read.Choice(
        "--dtype",
        "float32",
        where + "Type of the network's weights; on a GPU it computes in that type too. Samples stay float32",
        Precision.Names);
}
