using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Every number that follows from a schedule, as float64 tables over t = 0 … T-1 (Ho et al. 2020, arXiv:2006.11239, eq. 2, 4, 6, 7).
/// Immutable; computed and validated once.
/// </summary>
/// <remarks>float32 tables, as several published programs use, are off by up to 5e-4 relative in 1-ᾱ; here a number is cast to the tensor's type at the last moment.</remarks>
public sealed class DiffusionCoefficients
{
    /// <summary>Tabulates a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <exception cref="ArgumentException">The schedule has no timestep, or a β_t that is NaN or outside (0, 1); only the last may be 1.</exception>
    public DiffusionCoefficients(IVarianceSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
        double[] beta = ValidatedBetas(schedule);
        int timesteps = beta.Length;

        var alpha = new double[timesteps];
        var alphaBar = new double[timesteps];
        var alphaBarPrevious = new double[timesteps];
        double product = 1;
        for (int t = 0; t < timesteps; t++)
        {
            alpha[t] = 1 - beta[t];
            alphaBarPrevious[t] = product;
            product *= alpha[t];
            alphaBar[t] = product;
        }

        Betas = [.. beta];
        Alphas = [.. alpha];
        AlphaBars = [.. alphaBar];
        AlphaBarsPrevious = [.. alphaBarPrevious];
        SqrtAlphaBars = Table(timesteps, t => Math.Sqrt(alphaBar[t]));
        SqrtOneMinusAlphaBars = Table(timesteps, t => Math.Sqrt(1 - alphaBar[t]));
        SqrtReciprocalAlphaBars = Table(timesteps, t => Math.Sqrt(1 / alphaBar[t]));
        SqrtReciprocalAlphaBarsMinusOne = Table(timesteps, t => Math.Sqrt(1 / alphaBar[t] - 1));
        PosteriorVariances = Table(timesteps, t => beta[t] * (1 - alphaBarPrevious[t]) / (1 - alphaBar[t]));
        PosteriorMeanX0Weights = Table(timesteps, t => beta[t] * Math.Sqrt(alphaBarPrevious[t]) / (1 - alphaBar[t]));
        PosteriorMeanXtWeights = Table(timesteps, t => (1 - alphaBarPrevious[t]) * Math.Sqrt(alpha[t]) / (1 - alphaBar[t]));
        SignalToNoiseRatios = Table(timesteps, t => alphaBar[t] / (1 - alphaBar[t]));
    }

    /// <summary>The schedule that was tabulated.</summary>
    public IVarianceSchedule Schedule { get; }

    /// <summary>The number of timesteps T.</summary>
    public int Timesteps => Betas.Length;

    /// <summary>β_t, the variance of the noise that step t adds. Range: 0 &lt; β_t &lt; 1.</summary>
    public ImmutableArray<double> Betas { get; }

    /// <summary>α_t = 1 - β_t.</summary>
    public ImmutableArray<double> Alphas { get; }

    /// <summary>ᾱ_t = α_0 ⋯ α_t, the share of the signal's variance that is left after step t.</summary>
    public ImmutableArray<double> AlphaBars { get; }

    /// <summary>ᾱ_{t-1}; 1 at t = 0.</summary>
    public ImmutableArray<double> AlphaBarsPrevious { get; }

    /// <summary>√ᾱ_t, the factor of x_0 in x_t (eq. 4).</summary>
    public ImmutableArray<double> SqrtAlphaBars { get; }

    /// <summary>√(1-ᾱ_t), the factor of the noise in x_t (eq. 4).</summary>
    public ImmutableArray<double> SqrtOneMinusAlphaBars { get; }

    /// <summary>√(1/ᾱ_t), the factor of x_t in x̂_0 (eq. 4 solved for x_0). Infinite where ᾱ_t = 0.</summary>
    public ImmutableArray<double> SqrtReciprocalAlphaBars { get; }

    /// <summary>√(1/ᾱ_t - 1), the factor of the noise in x̂_0. Infinite where ᾱ_t = 0.</summary>
    public ImmutableArray<double> SqrtReciprocalAlphaBarsMinusOne { get; }

    /// <summary>β̃_t = (1-ᾱ_{t-1})/(1-ᾱ_t) β_t, the variance of the posterior (eq. 7). 0 at t = 0.</summary>
    public ImmutableArray<double> PosteriorVariances { get; }

    /// <summary>√ᾱ_{t-1} β_t/(1-ᾱ_t), the factor of x_0 in the posterior mean (eq. 7).</summary>
    public ImmutableArray<double> PosteriorMeanX0Weights { get; }

    /// <summary>√α_t (1-ᾱ_{t-1})/(1-ᾱ_t), the factor of x_t in the posterior mean (eq. 7).</summary>
    public ImmutableArray<double> PosteriorMeanXtWeights { get; }

    /// <summary>ᾱ_t/(1-ᾱ_t), the signal-to-noise ratio (Kingma et al. 2021, arXiv:2107.00630).</summary>
    public ImmutableArray<double> SignalToNoiseRatios { get; }

    private static ImmutableArray<double> Table(int timesteps, Func<int, double> entry)
    {
        var builder = ImmutableArray.CreateBuilder<double>(timesteps);
        for (int t = 0; t < timesteps; t++) builder.Add(entry(t));
        return builder.MoveToImmutable();
    }

    private static double[] ValidatedBetas(IVarianceSchedule schedule)
    {
        int timesteps = schedule.Timesteps;
        if (timesteps < 1) throw new ArgumentException($"schedule must have at least 1 timestep, but {schedule.GetType().Name} has {timesteps}.", nameof(schedule));
        var beta = new double[timesteps];
        for (int t = 0; t < timesteps; t++)
        {
            double value = schedule.Beta(t);
            // β = 1 destroys all signal, which only the last step may do (zero terminal SNR, the jsd schedule).
            bool valid = value is > 0 and < 1 || (value == 1 && t == timesteps - 1);
            beta[t] = valid ? value : throw new ArgumentException($"schedule must give 0 < β < 1 (the last may be 1), but {schedule.GetType().Name} gives β = {value} at t = {t} of {timesteps}.", nameof(schedule));
        }

        return beta;
    }
}
