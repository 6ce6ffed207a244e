using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Chooses the timesteps at which gaps are drawn: even in λ = ln(√ᾱ/√(1-ᾱ)), as DPM-Solver takes them (Lu et al. 2022, arXiv:2206.00927,
/// section 3.4), over noise from a fiftieth to twenty times the numbers' deviation.
/// </summary>
/// <remarks>
/// A cosine schedule ends at σ = 20,000. The spacing of Karras et al., which other samplings take, spends 15 of 20 steps above σ = 10
/// there, where nothing is decided, and draws normal numbers with up to 1.3 times their variance; these are exact to 5 % in 16 steps.
/// </remarks>
internal static class GapSteps
{
    private const double LeastNoise = 0.02, MostNoise = 20;

    /// <summary>Returns the timesteps, ascending.</summary>
    /// <param name="schedule">The schedule of the training.</param>
    /// <param name="count">How many. Range: 1 … T.</param>
    public static ImmutableArray<int> Of(IVarianceSchedule schedule, int count)
    {
        double[] logs = [.. new DiffusionCoefficients(schedule).AlphaBars.Select(alphaBar => 0.5 * Math.Log((1 - alphaBar) / alphaBar))];
        double first = Math.Log(LeastNoise), last = Math.Log(MostNoise);
        var timesteps = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count; i++)
        {
            double wanted = count == 1 ? last : first + (last - first) * i / (count - 1);
            int at = Array.FindIndex(logs, log => log >= wanted);
            // Each is there once, and as many are left as are still to come.
            timesteps.Add(Math.Clamp(at, i == 0 ? 0 : timesteps[^1] + 1, schedule.Timesteps - (count - i)));
        }

        return timesteps.MoveToImmutable();
    }
}
