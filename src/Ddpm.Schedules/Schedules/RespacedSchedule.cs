using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Keeps some timesteps of another schedule: β'_i = 1 - ᾱ_{S_i}/ᾱ_{S_{i-1}} (Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 19), so that
/// its ᾱ' are the original's at S_0 &lt; S_1 &lt; …; the network still receives the original's timesteps. Every other formula follows
/// unchanged: samplers take fewer steps, bounds have fewer terms.
/// </summary>
public sealed class RespacedSchedule : IVarianceSchedule, ISinglePrecisionSchedule
{
    private readonly ImmutableArray<double> betas;

    /// <summary>Respaces a schedule.</summary>
    /// <param name="original">The schedule that the network was trained with.</param>
    /// <param name="retained">
    /// The timesteps S to keep, ascending, such as those of <see cref="TimestepSpacing"/>. Range: 0 ≤ S_i &lt; T.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The original is invalid, or the list of timesteps is empty, out of range or not ascending.
    /// </exception>
    public RespacedSchedule(IVarianceSchedule original, IEnumerable<int> retained)
    {
        var coefficients = new DiffusionCoefficients(original);
        Original = original;
        Retained = TimestepSpacing.Explicit(coefficients.Timesteps, retained);
        var builder = ImmutableArray.CreateBuilder<double>(Retained.Length);
        double previous = 1;
        foreach (int t in Retained)
        {
            builder.Add(1 - coefficients.AlphaBars[t] / previous);
            previous = coefficients.AlphaBars[t];
        }

        betas = builder.MoveToImmutable();
    }

    /// <summary>Gets the schedule that the network was trained with.</summary>
    public IVarianceSchedule Original { get; }

    /// <summary>Gets the original's timesteps that remain, ascending.</summary>
    public ImmutableArray<int> Retained { get; }

    /// <inheritdoc/>
    public int Timesteps => Retained.Length;

    /// <inheritdoc/>
    public double Beta(int t) => betas[Require.Timestep(t, Timesteps)];

    /// <inheritdoc/>
    public int ModelTimestep(int t) => Original.ModelTimestep(Retained[Require.Timestep(t, Timesteps)]);

    float[] ISinglePrecisionSchedule.SinglePrecisionBetas()
    {
        float[] alphaBars = SinglePrecision.AlphaBars(DiffusionCoefficients.SinglePrecisionBetas(Original));
        return SinglePrecision.BetasOf([.. Retained.Select(t => alphaBars[t])]);
    }
}
