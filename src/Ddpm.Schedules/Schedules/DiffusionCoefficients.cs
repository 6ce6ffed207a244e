using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Tabulates every number that follows from a schedule, in float64 over t = 0 … T-1 (Ho et al. 2020, arXiv:2006.11239, eq. 2, 4, 6, 7). It
/// is immutable, and computed and validated once.
/// </summary>
/// <remarks>
/// The float32 tables of several published programs have relative errors up to 3e-3; here a number is cast to the tensor's type last.
/// </remarks>
public sealed class DiffusionCoefficients
{
    private DiffusionCoefficients(IVarianceSchedule schedule, TablePrecision precision, StepTables tables)
    {
        Schedule = schedule;
        Precision = precision;
        int timesteps = tables.Beta.Length;
        double[] alphaBar = tables.AlphaBar, previous = tables.AlphaBarPrevious, noise = tables.OneMinusAlphaBar;
        Betas = [.. tables.Beta];
        StepBetas = [.. tables.StepBeta];
        Alphas = [.. tables.Alpha];
        AlphaBars = [.. alphaBar];
        AlphaBarsPrevious = [.. previous];
        SqrtAlphaBars = Table(timesteps, t => Math.Sqrt(alphaBar[t]));
        SqrtOneMinusAlphaBars = Table(timesteps, t => Math.Sqrt(noise[t]));
        LogOneMinusAlphaBars = Table(timesteps, t => Math.Log(noise[t]));
        SqrtReciprocalAlphaBars = Table(timesteps, t => Math.Sqrt(1 / alphaBar[t]));
        SqrtReciprocalAlphaBarsMinusOne = Table(timesteps, t => Math.Sqrt(1 / alphaBar[t] - 1));
        PosteriorVariances = [.. tables.PosteriorVariance];
        PosteriorMeanX0Weights = [.. tables.PosteriorMeanX0Weight];
        PosteriorMeanXtWeights = [.. tables.PosteriorMeanXtWeight];
        SignalToNoiseRatios = [.. tables.SignalToNoiseRatio];
    }

    /// <summary>Tabulates a schedule in float64.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <exception cref="ArgumentException">
    /// The schedule has no timestep, or a β_t that is NaN or outside (0, 1); only the last may be 1.
    /// </exception>
    public DiffusionCoefficients(IVarianceSchedule schedule)
        : this(schedule, TablePrecision.DoublePrecision)
    {
    }

    /// <summary>Tabulates a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="precision">The arithmetic of the tables.</param>
    /// <exception cref="ArgumentException">
    /// The schedule has no timestep, or a β_t that is NaN or outside (0, 1); only the last may be 1.
    /// </exception>
    public DiffusionCoefficients(IVarianceSchedule schedule, TablePrecision precision)
        : this(schedule, precision, Compute(schedule, precision))
    {
    }

    /// <summary>Gets the schedule that was tabulated.</summary>
    public IVarianceSchedule Schedule { get; }

    /// <summary>Gets the arithmetic that the tables were computed in.</summary>
    public TablePrecision Precision { get; }

    /// <summary>Gets the number of timesteps T.</summary>
    public int Timesteps => Betas.Length;

    /// <summary>Gets β_t, the variance of the noise that step t adds. Range: 0 &lt; β_t &lt; 1; the last may be 1.</summary>
    public ImmutableArray<double> Betas { get; }

    /// <summary>Gets β_t as the reverse step uses it: <see cref="Betas"/>, but 1 - ᾱ_t/ᾱ_{t-1} with float32 tables.</summary>
    public ImmutableArray<double> StepBetas { get; }

    /// <summary>Gets α_t = 1 - β_t.</summary>
    public ImmutableArray<double> Alphas { get; }

    /// <summary>Gets ᾱ_t = α_0 ⋯ α_t, the share of the signal's variance that is left after step t.</summary>
    public ImmutableArray<double> AlphaBars { get; }

    /// <summary>Gets ᾱ_{t-1}; 1 at t = 0.</summary>
    public ImmutableArray<double> AlphaBarsPrevious { get; }

    /// <summary>Gets √ᾱ_t, the factor of x_0 in x_t (eq. 4).</summary>
    public ImmutableArray<double> SqrtAlphaBars { get; }

    /// <summary>Gets √(1-ᾱ_t), the factor of the noise in x_t (eq. 4).</summary>
    public ImmutableArray<double> SqrtOneMinusAlphaBars { get; }

    /// <summary>Gets ln(1-ᾱ_t), the log variance of q(x_t | x_0) (eq. 4).</summary>
    public ImmutableArray<double> LogOneMinusAlphaBars { get; }

    /// <summary>Gets √(1/ᾱ_t), the factor of x_t in x̂_0 (eq. 4 solved for x_0). Infinite where ᾱ_t = 0.</summary>
    public ImmutableArray<double> SqrtReciprocalAlphaBars { get; }

    /// <summary>Gets √(1/ᾱ_t - 1), the factor of the noise in x̂_0. Infinite where ᾱ_t = 0.</summary>
    public ImmutableArray<double> SqrtReciprocalAlphaBarsMinusOne { get; }

    /// <summary>Gets β̃_t = (1-ᾱ_{t-1})/(1-ᾱ_t) β_t, the variance of the posterior (eq. 7). 0 at t = 0.</summary>
    public ImmutableArray<double> PosteriorVariances { get; }

    /// <summary>Gets √ᾱ_{t-1} β_t/(1-ᾱ_t), the factor of x_0 in the posterior mean (eq. 7).</summary>
    public ImmutableArray<double> PosteriorMeanX0Weights { get; }

    /// <summary>Gets √α_t (1-ᾱ_{t-1})/(1-ᾱ_t), the factor of x_t in the posterior mean (eq. 7).</summary>
    public ImmutableArray<double> PosteriorMeanXtWeights { get; }

    /// <summary>Gets ᾱ_t/(1-ᾱ_t), the signal-to-noise ratio (Kingma et al. 2021, arXiv:2107.00630).</summary>
    public ImmutableArray<double> SignalToNoiseRatios { get; }

    /// <summary>Returns ln β̃_t, with a chosen value at t = 0, where β̃_0 = 0.</summary>
    /// <param name="initial">The choice of the value at t = 0.</param>
    /// <returns>The table over t = 0 … T-1.</returns>
    public ImmutableArray<double> PosteriorLogVariances(InitialLogVariance initial = InitialLogVariance.SecondEntry) =>
        Table(Timesteps, t => Math.Log(t == 0 ? First(initial, PosteriorVariances[0]) : PosteriorVariances[t]));

    /// <summary>Returns the fixed large variance β_t, with the entry of t = 0 that a likelihood uses.</summary>
    /// <param name="initial">The choice of the value at t = 0: β̃_1, or β_0 itself.</param>
    /// <returns>The table over t = 0 … T-1.</returns>
    public ImmutableArray<double> LargeVariances(InitialLogVariance initial = InitialLogVariance.SecondEntry) =>
        Table(Timesteps, t => t == 0 ? First(initial, StepBetas[0]) : StepBetas[t]);

    /// <summary>β_t computed in float32, as diffusers does, [T].</summary>
    internal static float[] SinglePrecisionBetas(IVarianceSchedule schedule)
    {
        double[] betas = ValidatedBetas(schedule);
        return schedule is ISinglePrecisionSchedule single ? single.SinglePrecisionBetas() : [.. betas.Select(beta => (float)beta)];
    }

    private static StepTables Compute(IVarianceSchedule schedule, TablePrecision precision)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return precision switch
        {
            TablePrecision.DoublePrecision => StepTables.InDoublePrecision(ValidatedBetas(schedule)),
            TablePrecision.SinglePrecision => StepTables.InSinglePrecision(SinglePrecisionBetas(schedule)),
            _ =>
                throw new ArgumentOutOfRangeException(nameof(precision), precision,
                    $"precision must be DoublePrecision or SinglePrecision, but is {precision}."),
        };
    }

    private double First(InitialLogVariance initial, double variance) => initial switch
    {
        // With one timestep there is no second entry: β_0 itself.
        InitialLogVariance.SecondEntry => Timesteps > 1 ? PosteriorVariances[1] : StepBetas[0],
        InitialLogVariance.Floored => Math.Max(variance, 1e-20),
        _ => throw new ArgumentOutOfRangeException(nameof(initial), initial, $"initial must be SecondEntry or Floored, but is {initial}."),
    };

    private static ImmutableArray<double> Table(int timesteps, Func<int, double> entry)
    {
        var builder = ImmutableArray.CreateBuilder<double>(timesteps);
        for (int t = 0; t < timesteps; t++) builder.Add(entry(t));
        return builder.MoveToImmutable();
    }

    private static double[] ValidatedBetas(IVarianceSchedule schedule)
    {
        int timesteps = schedule.Timesteps;
        if (timesteps < 1)
        {
            throw new ArgumentException($"schedule must have at least 1 timestep, but {schedule.GetType().Name} has {timesteps}.",
                nameof(schedule));
        }

        var beta = new double[timesteps];
        for (int t = 0; t < timesteps; t++)
        {
            double value = schedule.Beta(t);
            // β = 1 destroys all signal, which only the last step may do (zero terminal SNR, the jsd schedule).
            bool valid = value is > 0 and < 1 || (value == 1 && t == timesteps - 1);
            beta[t] = valid
                ? value
                : throw new ArgumentException($"schedule must give 0 < β < 1 (the last may be 1), but {schedule.GetType().Name} gives β " +
                    $"= {value} at t = {t} of {timesteps}.", nameof(schedule));
        }

        return beta;
    }
}
