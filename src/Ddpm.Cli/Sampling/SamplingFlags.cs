using System.CommandLine;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Sampling;

/// <summary>The options of <see cref="SamplingOptions"/>, for every command that draws samples.</summary>
internal sealed class SamplingFlags
{
    private readonly Option<string> sampler = Choice("--sampler", "How x_t becomes x_{t-1}", "ddpm", SamplerChoice.Names);
    private readonly Option<int?> steps = Number("--steps", null, "Steps of the sampler, at most the model's T; by default T for ddpm, 50 for ddim, 20 for the others", 1);
    private readonly Option<string> spacing = Choice("--spacing", "Which of the model's timesteps these are (diffusers has leading by default)", "trailing", SamplerChoice.Spacings);
    private readonly Option<double?> eta = Real("--eta", null, "With ddim: how much noise a step adds, 0 none (the default), 1 as much as ddpm", value => value is >= 0 and <= 1, "from 0 to 1");
    private readonly Option<string> ddimNoise = Choice("--ddim-noise", "With ddim, after a clipped x̂_0: the noise that fits it (rederived, as improved-diffusion), or the network's (kept, as diffusers)", "rederived", "rederived", "kept");
    private readonly Option<long> seed = Whole("--seed", 0, "Seed of the noise");
    private readonly Option<string> noise = Choice("--noise", "per-sample: sample k depends on seed and k alone, whatever the batch size; stream: one generator for all samples, as in PyTorch programs", "per-sample", "per-sample", "stream");
    private readonly Option<int?> batch = Number("--batch-size", 64, "Images that a network sees at once", 1);
    private readonly Option<string?> label = Text("--label", "n,n,…|all", "Classes to draw, for a class-conditional model: sample k is of the k-th, over and over");
    private readonly Option<double?> guidance = Real("--guidance", 1, "Strength of classifier-free guidance; 1 is none, and more is more typical; with --label", value => value >= 0, "0 or more");
    private readonly Option<double?> rescale = Real("--guidance-rescale", 0, "How much of the guided prediction is scaled back against over-exposure", value => value is >= 0 and <= 1, "from 0 to 1");
    private readonly Option<string> rounding = Choice("--rounding", "How numbers become bytes: nearest as diffusers, truncate as the authors of DDPM", "nearest", "nearest", "truncate");
    private readonly Option<string> device = Device();
    private readonly Option<string> dtype = Choice("--dtype", "What the network computes in; the samples stay float32", "float32", Precision.Names);

    /// <param name="where">What the options are for, before the description of each; empty where it is plain.</param>
    public SamplingFlags(string where = "")
    {
        // What users of diffusers type.
        steps.Aliases.Add("--num-inference-steps");
        spacing.Aliases.Add("--timestep-spacing");
        guidance.Aliases.Add("--guidance-scale");
        batch.Aliases.Add("--batch");
        foreach (Option option in new Option[] { sampler, steps, spacing, eta, ddimNoise, seed, noise, label, guidance, rescale, rounding, dtype }) option.Description = where + option.Description;
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { sampler, steps, spacing, eta, ddimNoise, seed, noise, batch, label, guidance, rescale, rounding, device, dtype }) command.Add(option);
    }

    public SamplingOptions Read(ParseResult parsed) => new()
    {
        Sampler = parsed.GetValue(sampler)!,
        Steps = parsed.GetValue(steps),
        Spacing = parsed.GetValue(spacing)!,
        Eta = parsed.GetValue(eta),
        KeepNoise = parsed.GetValue(ddimNoise) == "kept",
        Seed = parsed.GetValue(seed),
        Noise = parsed.GetValue(noise)!,
        BatchSize = parsed.GetValue(batch)!.Value,
        Label = parsed.GetValue(label),
        Guidance = parsed.GetValue(guidance)!.Value,
        GuidanceRescale = parsed.GetValue(rescale)!.Value,
        Rounding = parsed.GetValue(rounding)!,
        Device = parsed.GetValue(device)!,
        Dtype = parsed.GetValue(dtype)!,
    };
}
