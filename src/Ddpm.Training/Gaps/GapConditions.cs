using System.Collections.Immutable;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// What a network that fills gaps is given: the known numbers with lines between them, where they are known, and where the rows stand in
/// the day and the year.
/// </summary>
internal static class GapConditions
{
    public const string Lines = "lines", Mask = "mask", Calendar = "calendar";

    /// <summary>Describes the conditions.</summary>
    /// <param name="columns">C.</param>
    /// <param name="calendar">The channels of the calendar; with 0 there is none.</param>
    public static ImmutableArray<NetworkCondition> Describe(int columns, int calendar)
    {
        NetworkCondition lines = NetworkCondition.Spatial(Lines, columns), mask = NetworkCondition.Spatial(Mask, columns);
        return calendar == 0 ? [lines, mask] : [lines, mask, NetworkCondition.Spatial(Calendar, calendar)];
    }

    /// <summary>Names the tensors, [B, C, L], the calendar [B, channels, L] or null.</summary>
    public static Dictionary<string, Tensor> Of(Tensor lines, Tensor mask, Tensor? calendar)
    {
        Dictionary<string, Tensor> conditions = new() { [Lines] = lines, [Mask] = mask };
        if (calendar is not null) conditions[Calendar] = calendar;
        return conditions;
    }
}
