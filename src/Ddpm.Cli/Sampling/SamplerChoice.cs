using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>The samplers and spacings of the library as options name them.</summary>
internal static class SamplerChoice
{
    public static readonly string[] Names = [.. KnownSamplers.All.Select(entry => entry.Name)];
    public static readonly string[] Spacings = [.. KnownSpacings.All.Select(rule => rule.Name)];

    /// <summary>The samplers' default steps, for the help.</summary>
    public static string DefaultSteps => string.Join(", ", KnownSamplers.All.Select(entry => $"{StepsOf(entry)} for {entry.Name}"));

    /// <summary>The samplers' default spacings, for the help.</summary>
    public static string DefaultSpacings =>
        string.Join(", ", KnownSamplers.All.Select(entry => $"{entry.DefaultSpacing} for {entry.Name}"));

    /// <summary>A process over some of the timesteps of another.</summary>
    /// <exception cref="UsageException">There are not so many timesteps, or the spacing cannot give them.</exception>
    public static ReverseDiffusion Respaced(ReverseDiffusion process, int steps, SpacingRule spacing, string model)
    {
        int timesteps = process.Coefficients.Timesteps;
        if (steps > timesteps) throw new UsageException($"--steps must be at most {timesteps}, the timesteps of {model}, but is {steps}.");
        try
        {
            return process.Respace(steps, spacing);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(
                $"--spacing {spacing} cannot give {steps} of the {timesteps} timesteps of {model}: {ErrorLine.Of(exception)}");
        }
    }

    public static DiffusionSampler Create(SamplerEntry sampler, IEpsilonModel model, ReverseDiffusion process, DdimOptions ddim) =>
        sampler == KnownSamplers.Ddim ? new DdimSampler(model, process, ddim) : sampler.Create(model, process);

    private static string StepsOf(SamplerEntry entry) =>
        entry.DefaultSteps(int.MaxValue) is var steps and < int.MaxValue ? $"{steps}" : "T";
}
