using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Lists by name the schedules that published networks were trained with: <c>linear</c>, <c>scaled_linear</c>, <c>cosine</c>,
/// <c>sigmoid</c> and <c>laplace</c>; <c>squaredcos_cap_v2</c> is diffusers' name of the cosine.
/// </summary>
public static class KnownSchedules
{
    private const string Cosine = "cosine", CosineOfDiffusers = "squaredcos_cap_v2", Laplace = "laplace";
    private const double DefaultStart = 1e-4, DefaultEnd = 0.02;

    /// <summary>Gets all names.</summary>
    public static ImmutableArray<string> Names { get; } =
        ["linear", "scaled_linear", Cosine, CosineOfDiffusers, "sigmoid", Laplace];

    /// <summary>Creates a schedule.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="timesteps">The number of timesteps T of the training. Range: T ≥ 1.</param>
    /// <param name="betaStart">β_0. Default: 0.0001. Only for schedules with a range. Range: 0 &lt; β_0 &lt; 1.</param>
    /// <param name="betaEnd">β_{T-1}. Default: 0.02. Only for schedules with a range. Range: 0 &lt; β_{T-1} &lt; 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentException">
    /// No schedule has the name, the message lists the known names; or the schedule has no range of β and one is given.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static IVarianceSchedule Create(string name, int timesteps = 1000, double? betaStart = null, double? betaEnd = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!HasRange(name))
        {
            Refuse(name, nameof(betaStart), betaStart);
            Refuse(name, nameof(betaEnd), betaEnd);
        }

        (double start, double end) = (betaStart ?? DefaultStart, betaEnd ?? DefaultEnd);
        return name switch
        {
            "linear" => new LinearSchedule(timesteps, start, end),
            "scaled_linear" => new QuadraticSchedule(timesteps, start, end),
            "sigmoid" => new SigmoidSchedule(timesteps, start, end),
            Cosine or CosineOfDiffusers => new CosineSchedule(timesteps),
            Laplace => new LaplaceSchedule(timesteps),
            _ => throw new ArgumentException($"name must be one of {string.Join(", ", Names)}, but is \"{name}\".", nameof(name)),
        };
    }

    /// <summary>Returns whether a schedule runs from β_0 to β_{T-1}.</summary>
    internal static bool HasRange(string name) => name is not (Cosine or CosineOfDiffusers or Laplace);

    private static void Refuse(string name, string parameter, double? beta)
    {
        if (beta is null) return;
        throw new ArgumentException(
            $"{parameter} must be null for the schedule {name}, which has no range of β, but is {beta}.", parameter);
    }
}
