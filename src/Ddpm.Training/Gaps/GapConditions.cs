using System.Collections.Immutable;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// What a network that fills gaps is given: the known numbers with guesses between them, the errors of the guesses, where numbers are
/// known, and where the rows stand in the day and the year.
/// </summary>
internal static class GapConditions
{
    public const string Guess = "guess", Error = "error", Mask = "mask", Calendar = "calendar";

    /// <summary>Describes the conditions.</summary>
    /// <param name="columns">C.</param>
    /// <param name="calendar">The channels of the calendar; with 0 there is none.</param>
    public static ImmutableArray<NetworkCondition> Describe(int columns, int calendar)
    {
        NetworkCondition Each(string name) => NetworkCondition.Spatial(name, columns);
        ImmutableArray<NetworkCondition> always = [Each(Guess), Each(Error), Each(Mask)];
        return calendar == 0 ? always : [.. always, NetworkCondition.Spatial(Calendar, calendar)];
    }

    /// <summary>Names the tensors, [B, C, L], the calendar [B, channels, L] or null.</summary>
    public static Dictionary<string, Tensor> Of(Tensor guess, Tensor error, Tensor mask, Tensor? calendar)
    {
        Dictionary<string, Tensor> conditions = new() { [Guess] = guess, [Error] = error, [Mask] = mask };
        if (calendar is not null) conditions[Calendar] = calendar;
        return conditions;
    }
}
