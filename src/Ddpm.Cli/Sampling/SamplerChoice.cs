using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>Samplers and spacings by their names.</summary>
internal static class SamplerChoice
{
    public static readonly string[] Names = ["ddpm", "ddim", "dpm-solver++", "ipndm"];
    public static readonly string[] Spacings = ["leading", "trailing", "linspace", "quadratic", "sections", "whole-stride", "karras"];

    /// <summary>
    /// The steps of a sampler without --steps: all for the paper's, as many as their authors recommend for the others.
    /// </summary>
    public static int DefaultSteps(string sampler, int timesteps) =>
        Math.Min(timesteps, sampler switch { "ddpm" => timesteps, "ddim" => 50, _ => 20 });

    /// <summary>A process over some of the timesteps of another.</summary>
    /// <exception cref="UsageException">There are not so many timesteps, or the spacing cannot give them.</exception>
    public static ReverseDiffusion Respaced(ReverseDiffusion process, int steps, string spacing, string model)
    {
        IVarianceSchedule schedule = process.Coefficients.Schedule;
        int timesteps = schedule.Timesteps;
        if (steps > timesteps) throw new UsageException($"--steps must be at most {timesteps}, the timesteps of {model}, but is {steps}.");
        if (steps == timesteps) return process;
        try
        {
            return new ReverseDiffusion(
                new RespacedSchedule(schedule, spacing switch
                {
                    "leading" => TimestepSpacing.Leading(timesteps, steps),
                    "linspace" => TimestepSpacing.Linspace(timesteps, steps),
                    "quadratic" => TimestepSpacing.Quadratic(timesteps, steps),
                    "sections" => TimestepSpacing.Sections(timesteps, steps),
                    "whole-stride" => TimestepSpacing.WholeStride(timesteps, steps),
                    "karras" => TimestepSpacing.Karras(schedule, steps),
                    _ => TimestepSpacing.Trailing(timesteps, steps),
                }),
                process.Options);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(
                $"--spacing {spacing} cannot give {steps} of the {timesteps} timesteps of {model}: {ErrorLine.Of(exception)}");
        }
    }

    public static DiffusionSampler Create(string sampler, IEpsilonModel model, ReverseDiffusion process, DdimOptions ddim) => sampler switch
    {
        "ddim" => new DdimSampler(model, process, ddim),
        "dpm-solver++" => new DpmSolverSampler(model, process),
        "ipndm" => new PndmSampler(model, process),
        _ => new DdpmSampler(model, process),
    };
}
