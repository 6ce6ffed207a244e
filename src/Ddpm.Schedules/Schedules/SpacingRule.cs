using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Chooses the timesteps of a schedule that a shorter run visits, by a rule of <see cref="KnownSpacings"/>.</summary>
public sealed class SpacingRule
{
    private readonly Func<IVarianceSchedule, int, ImmutableArray<int>> timesteps;

    internal SpacingRule(string name, Func<IVarianceSchedule, int, ImmutableArray<int>> timesteps) =>
        (Name, this.timesteps) = (name, timesteps);

    /// <summary>Gets the name in commands and tables.</summary>
    public string Name { get; }

    /// <summary>Returns the timesteps to visit, ascending.</summary>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="count">The number of timesteps. Range: 1 … T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentException">The count is out of range, or the rule cannot give that many.</exception>
    public ImmutableArray<int> Timesteps(IVarianceSchedule schedule, int count)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return timesteps(schedule, count);
    }

    /// <summary>The schedule over some of its timesteps; itself over all of them.</summary>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="count">How many timesteps. Range: 1 … T.</param>
    /// <exception cref="ArgumentException">The count is out of range, or the rule cannot give that many.</exception>
    internal IVarianceSchedule Respace(IVarianceSchedule schedule, int count) =>
        count == schedule.Timesteps ? schedule : new RespacedSchedule(schedule, Timesteps(schedule, count));

    /// <summary>Returns <see cref="Name"/> as the text.</summary>
    public override string ToString() => Name;
}
