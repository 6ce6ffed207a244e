namespace Ddpm.Core;

/// <summary>
/// Makes ᾱ follow cos²(((t/T) + s)/(1 + s) · π/2), with β_t capped: improved-diffusion (Nichol and Dhariwal 2021, arXiv:2102.09672,
/// eq. 17), "squaredcos_cap_v2" of diffusers.
/// </summary>
public sealed class CosineSchedule : IVarianceSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="offset">
    /// s, which keeps the first β from vanishing; 0.008 makes √β_0 about the width of a pixel's bin at T = 1000. Range: s ≥ 0.
    /// </param>
    /// <param name="betaMaximum">The cap on β, which keeps the last step from a singularity. Range: 0 &lt; β &lt; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public CosineSchedule(int timesteps = 1000, double offset = 0.008, double betaMaximum = 0.999)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        Offset = Require.NotNegative(offset);
        BetaMaximum = Require.OpenUnitInterval(betaMaximum);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <summary>Gets s, the offset of the cosine.</summary>
    public double Offset { get; }

    /// <summary>Gets the cap on β.</summary>
    public double BetaMaximum { get; }

    /// <inheritdoc/>
    public double Beta(int t) => Spacing.BetaOf(AlphaBar, Timesteps, Require.Timestep(t, Timesteps), BetaMaximum);

    private double AlphaBar(double time)
    {
        double cosine = Math.Cos((time + Offset) / (1 + Offset) * Math.PI / 2);
        return cosine * cosine;
    }
}
