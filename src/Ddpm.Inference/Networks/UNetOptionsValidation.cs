using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>The checks of <see cref="UNetOptions"/>; each says what must divide what.</summary>
internal static class UNetOptionsValidation
{
    /// <summary>Throws for the first option that is out of range.</summary>
    /// <exception cref="ArgumentException">
    /// An option is out of range; the message names it, what was expected and what was found.
    /// </exception>
    public static void Validate(this UNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(!options.ChannelMultipliers.IsDefaultOrEmpty && options.ChannelMultipliers.All(m => m >= 1),
            nameof(options.ChannelMultipliers), "one or more numbers ≥ 1", List(options.ChannelMultipliers));
        Check(options.Levels <= 20, nameof(options.ChannelMultipliers), "at most 20 levels", options.Levels);
        Check(!options.AttentionResolutions.IsDefault, nameof(options.AttentionResolutions), "a list, perhaps empty", "null");
        Check(options.BaseChannels >= 1, nameof(options.BaseChannels), "≥ 1", options.BaseChannels);
        Check(options.InChannels >= 1, nameof(options.InChannels), "≥ 1", options.InChannels);
        Check(options.OutChannels >= 1, nameof(options.OutChannels), "≥ 1", options.OutChannels);
        Check(options.BlocksPerLevel >= 1, nameof(options.BlocksPerLevel), "≥ 1", options.BlocksPerLevel);
        Check(options.Height >= 1 && options.Height % options.Divisor == 0, nameof(options.Height),
            $"a positive multiple of {options.Divisor} = 2^(levels-1)", options.Height);
        Check(options.ClassCount is null or >= 1, nameof(options.ClassCount), "null or ≥ 1", options.ClassCount);
        Check(options.ClassNames is null || options.ClassNames.Count == options.ClassCount, nameof(options.ClassNames),
            $"null or {options.ClassCount ?? 0} names, as {nameof(options.ClassCount)} says", $"{options.ClassNames?.Count} names");
        Check(options.IsSignal || (options.Width >= 1 && options.Width % options.Divisor == 0), nameof(options.Width),
            $"a positive multiple of {options.Divisor} = 2^(levels-1)", options.Width);
        Check(!options.Conditions.IsDefault, nameof(options.Conditions), "a list, perhaps empty", "null");
        NetworkCondition.RequireDistinct(options.Conditions, nameof(options.Conditions));
        Check(options.Dropout is >= 0 and < 1, nameof(options.Dropout), "0 ≤ p < 1", options.Dropout);
        Check(options.NormGroups >= 1, nameof(options.NormGroups), "≥ 1", options.NormGroups);
        Check(options.NormEpsilon > 0 && double.IsFinite(options.NormEpsilon), nameof(options.NormEpsilon), "> 0", options.NormEpsilon);
        Check(options.DownsamplePadding is 0 or 1, nameof(options.DownsamplePadding), "0 or 1", options.DownsamplePadding);
        Check(options.FrequencyShift >= 0 && options.FrequencyShift < options.BaseChannels / 2, nameof(options.FrequencyShift),
            $"0 ≤ shift < {options.BaseChannels / 2}, the number of frequencies", options.FrequencyShift);
        Check(options.MidBlockScale > 0 && double.IsFinite(options.MidBlockScale), nameof(options.MidBlockScale), "> 0",
            options.MidBlockScale);

        for (int level = 0; level < options.Levels; level++)
        {
            int channels = options.Channels(level);
            Check(channels % options.NormGroups == 0, nameof(options.NormGroups), $"a divisor of the {channels} channels of level {level}",
                options.NormGroups);
            bool attends = options.Attends(level) || level == options.Levels - 1;
            Check(!attends || options.AttentionHeadChannels is not { } head
                || (head >= 1 && channels % head == 0), nameof(options.AttentionHeadChannels),
                $"a divisor of the {channels} channels of level {level}", options.AttentionHeadChannels);
        }

        foreach (int resolution in options.AttentionResolutions)
        {
            bool reached = Enumerable.Range(0, options.Levels).Any(level => options.Height >> level == resolution);
            Check(reached, nameof(options.AttentionResolutions),
                $"heights that the levels have ({List(Enumerable.Range(0, options.Levels).Select(level => options.Height >> level))})",
                resolution);
        }
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(UNetOptions)}.{name} must be {expected}, but is {actual}.", name);
    }

    private static string List(IEnumerable<int> numbers) => string.Join(", ", numbers);
}
