using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Lists by name the rules of <see cref="TimestepSpacing"/> that need only a number of timesteps.</summary>
public static class KnownSpacings
{
    /// <summary>Gets the rule <see cref="TimestepSpacing.Leading"/>, diffusers' default.</summary>
    public static SpacingRule Leading { get; } = new("leading", (schedule, count) => TimestepSpacing.Leading(schedule.Timesteps, count));

    /// <summary>Gets the rule <see cref="TimestepSpacing.Trailing"/>.</summary>
    public static SpacingRule Trailing { get; } = new("trailing", (schedule, count) => TimestepSpacing.Trailing(schedule.Timesteps, count));

    /// <summary>Gets the rule <see cref="TimestepSpacing.Linspace"/>.</summary>
    public static SpacingRule Linspace { get; } = new("linspace", (schedule, count) => TimestepSpacing.Linspace(schedule.Timesteps, count));

    /// <summary>Gets the rule <see cref="TimestepSpacing.Quadratic"/>, DDIM's "quad".</summary>
    public static SpacingRule Quadratic { get; } =
        new("quadratic", (schedule, count) => TimestepSpacing.Quadratic(schedule.Timesteps, count));

    /// <summary>Gets the rule <see cref="TimestepSpacing.Sections(int, int[])"/> of one section, improved-diffusion's.</summary>
    public static SpacingRule Sections { get; } = new("sections", (schedule, count) => TimestepSpacing.Sections(schedule.Timesteps, count));

    /// <summary>Gets the rule <see cref="TimestepSpacing.WholeStride"/>, improved-diffusion's "ddimN".</summary>
    public static SpacingRule WholeStride { get; } =
        new("whole-stride", (schedule, count) => TimestepSpacing.WholeStride(schedule.Timesteps, count));

    /// <summary>
    /// Gets the rule <see cref="TimestepSpacing.Karras"/> with ρ = 7, up to the noise <see cref="TimestepSpacing.LargestNoise"/>.
    /// </summary>
    public static SpacingRule Karras { get; } =
        new("karras", (schedule, count) => TimestepSpacing.Karras(schedule, count, largestNoise: TimestepSpacing.LargestNoise));

    /// <summary>Gets all rules.</summary>
    public static ImmutableArray<SpacingRule> All { get; } = [Leading, Trailing, Linspace, Quadratic, Sections, WholeStride, Karras];

    /// <summary>Finds a rule by name.</summary>
    /// <param name="name">The <see cref="SpacingRule.Name"/> of the rule.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentException">No rule has the name; the message lists the known names.</exception>
    public static SpacingRule Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(rule => rule.Name == name)
            ?? throw new ArgumentException($"name must be one of {string.Join(", ", All)}, but is \"{name}\".", nameof(name));
    }
}
