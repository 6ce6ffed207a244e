using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>The variances of a process that its choices of σ_t² are made of.</summary>
internal sealed class VarianceTables
{
    public VarianceTables(DiffusionCoefficients coefficients, InitialLogVariance initial)
    {
        Coefficients = coefficients;
        Small = coefficients.PosteriorVariances;
        SmallLog = coefficients.PosteriorLogVariances(initial);
        Large = coefficients.LargeVariances(initial);
        LargeLog = Log(Large);
        StepBetasLog = Log(coefficients.StepBetas);
    }

    /// <summary>Gets the tables of the process.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Gets ln σ_t² of the process's own choice, where that is fixed.</summary>
    public ImmutableArray<double>? Fixed { get; set; }

    /// <summary>Gets β̃_t; 0 at t = 0.</summary>
    public ImmutableArray<double> Small { get; }

    /// <summary>Gets ln β̃_t, with the process's convention at t = 0.</summary>
    public ImmutableArray<double> SmallLog { get; }

    /// <summary>Gets β_t, with the process's convention at t = 0.</summary>
    public ImmutableArray<double> Large { get; }

    /// <summary>Gets the logarithm of <see cref="Large"/>.</summary>
    public ImmutableArray<double> LargeLog { get; }

    /// <summary>Gets ln β_t, the upper end of a learned range at t = 0 too.</summary>
    public ImmutableArray<double> StepBetasLog { get; }

    private static ImmutableArray<double> Log(ImmutableArray<double> table) => [.. table.Select(Math.Log)];
}
