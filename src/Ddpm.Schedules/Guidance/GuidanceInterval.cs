using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Limits guidance to a part of the noise levels (Kynkäänniemi et al. 2024, arXiv:2404.07724). Outside of it the network predicts alone:
/// at high noise guidance reduces the variety of samples, and at low noise it changes little.
/// </summary>
/// <param name="First">The first timestep with guidance, counted in the process that the network was trained with. Range: ≥ 0.</param>
/// <param name="Last">The last timestep with guidance. Range: ≥ <paramref name="First"/>.</param>
public sealed record GuidanceInterval(int First, int Last)
{
    /// <summary>Gets the first timestep with guidance.</summary>
    public int First { get; } = Require.AtLeast(First, 0);

    /// <summary>Gets the last timestep with guidance.</summary>
    public int Last { get; } = Require.AtLeast(Last, First);

    /// <summary>Returns the interval of a range of noise levels σ = √((1 - ᾱ) / ᾱ), as the paper states it.</summary>
    /// <param name="coefficients">The tables of the process that the network was trained with.</param>
    /// <param name="least">The least σ with guidance. Range: ≥ 0.</param>
    /// <param name="most">The largest σ with guidance. Range: ≥ <paramref name="least"/>; may be infinite.</param>
    /// <returns>The interval of all timesteps with such a σ.</returns>
    /// <exception cref="ArgumentException">A limit is out of range, or no timestep has such a σ.</exception>
    public static GuidanceInterval OfSigmas(DiffusionCoefficients coefficients, double least, double most)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        if (!(least >= 0)) throw new ArgumentOutOfRangeException(nameof(least), least, $"least must be ≥ 0, but is {least}.");
        if (!(most >= least)) throw new ArgumentOutOfRangeException(nameof(most), most, $"most must be ≥ {least}, but is {most}.");
        ImmutableArray<double> sigmas = coefficients.SqrtReciprocalAlphaBarsMinusOne;
        int[] inside = [.. Enumerable.Range(0, sigmas.Length).Where(t => sigmas[t] >= least && sigmas[t] <= most)];
        if (inside.Length > 0) return new GuidanceInterval(inside[0], inside[^1]);
        throw new ArgumentException(
            $"least … most must hold the σ of a timestep, {sigmas[0]:G4} … {sigmas[^1]:G4}, but are {least:G4} … {most:G4}.", nameof(most));
    }

    /// <summary>Returns whether guidance acts at a timestep.</summary>
    /// <param name="t">The timestep of the process that the network was trained with.</param>
    public bool Contains(double t) => t >= First && t <= Last;

    /// <summary>Returns the interval as text, "First … Last".</summary>
    public override string ToString() => FormattableString.Invariant($"{First} … {Last}");
}
