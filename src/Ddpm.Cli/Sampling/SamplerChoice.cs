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

    /// <summary>A model's schedule over the timesteps that the options choose; itself over all of them.</summary>
    /// <exception cref="UsageException">There are not such or so many timesteps, or the spacing cannot give them.</exception>
    public static IVarianceSchedule Respaced(
        IVarianceSchedule schedule, SamplingMethod method, SamplingOptions options, string model) =>
        options.StepsAt.IsDefaultOrEmpty
            ? Respaced(schedule, options.Steps ?? method.DefaultSteps(schedule.Timesteps), RuleOf(method, options), model)
            : Visited(schedule, options, model);

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

    /// <summary>Which timesteps the options choose, as samples.json names them.</summary>
    public static string SpacingOf(IVarianceSchedule schedule, SamplingMethod method, SamplingOptions options) =>
        !options.StepsAt.IsDefaultOrEmpty ? $"at {string.Join(',', options.StepsAt)}"
        : (options.Steps ?? method.DefaultSteps(schedule.Timesteps)) == schedule.Timesteps ? "all"
        : RuleOf(method, options).Name;

    private static SpacingRule RuleOf(SamplingMethod method, SamplingOptions options) =>
        options.Spacing is { } named ? KnownSpacings.Find(named) : method.DefaultSpacing;

    private static RespacedSchedule Visited(IVarianceSchedule schedule, SamplingOptions options, string model)
    {
        if (options.Steps is not null || options.Spacing is not null)
        {
            string other = options.Steps is null ? "--spacing" : "--steps";
            throw new UsageException($"--steps-at must go without {other}: it names the timesteps.");
        }

        int last = schedule.Timesteps - 1;
        bool ascends = options.StepsAt.Zip(options.StepsAt.Skip(1)).All(pair => pair.First < pair.Second);
        if (ascends && options.StepsAt[^1] <= last) return new RespacedSchedule(schedule, options.StepsAt);
        throw new UsageException(
            $"--steps-at must be ascending timesteps of {model}, 0 … {last}, but is {string.Join(',', options.StepsAt)}.");
    }

    private static string StepsOf(SamplingMethod method) =>
        method.DefaultSteps(int.MaxValue) is var steps and < int.MaxValue ? $"{steps}" : "T";
}
