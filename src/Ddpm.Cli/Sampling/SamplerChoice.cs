using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>The samplers and spacings of the library as options name them.</summary>
internal static class SamplerChoice
{
    public static readonly string[] Names = [.. SamplingMethod.All.Select(method => method.Name)];
    public static readonly string[] Spacings = [.. KnownSpacings.All.Select(rule => rule.Name)];

    /// <summary>The samplers' default steps, for the help.</summary>
    public static string DefaultSteps => string.Join(", ", SamplingMethod.All.Select(method => $"{StepsOf(method)} for {method}"));

    /// <summary>The samplers' default spacings, for the help.</summary>
    public static string DefaultSpacings =>
        string.Join(", ", SamplingMethod.All.Select(method => $"{method.DefaultSpacing} for {method}"));

    /// <summary>A schedule over some of the timesteps of another.</summary>
    /// <exception cref="UsageException">There are not so many timesteps, or the spacing cannot give them.</exception>
    public static IVarianceSchedule Respaced(IVarianceSchedule schedule, int steps, SpacingRule spacing, string model)
    {
        int timesteps = schedule.Timesteps;
        if (steps > timesteps) throw new UsageException($"--steps must be at most {timesteps}, the timesteps of {model}, but is {steps}.");
        try
        {
            return spacing.Respace(schedule, steps);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(
                $"--spacing {spacing} cannot give {steps} of the {timesteps} timesteps of {model}: {ErrorLine.Of(exception)}");
        }
    }

    private static string StepsOf(SamplingMethod method) =>
        method.DefaultSteps(int.MaxValue) is var steps and < int.MaxValue ? $"{steps}" : "T";
}
