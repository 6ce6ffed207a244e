namespace Ddpm.Core;

/// <summary>
/// How many steps σ_t² = β_t needs in ancestral sampling: T/5. With fewer, each step adds more noise than the next ones take away, and
/// pictures are grainy (Song et al. 2020, arXiv:2010.02502, table 1, "σ̂"). β̃_t, or DDIM, has no such bound.
/// </summary>
internal static class FixedLargeSteps
{
    /// <summary>T over the fewest steps.</summary>
    private const int Share = 5;

    /// <summary>The fewest steps for a schedule, which may be respaced; null where it has as many.</summary>
    /// <param name="schedule">The schedule that is sampled.</param>
    /// <returns>The fewest steps, and T of the schedule that the network was trained with.</returns>
    public static (int Least, int Trained)? Needed(IVarianceSchedule schedule)
    {
        IVarianceSchedule trained = schedule;
        while (trained is RespacedSchedule respaced) trained = respaced.Original;
        int least = (trained.Timesteps + Share - 1) / Share;
        return schedule.Timesteps < least ? (least, trained.Timesteps) : null;
    }
}
