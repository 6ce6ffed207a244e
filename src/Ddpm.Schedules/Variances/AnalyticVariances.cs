using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// The best variances of a network's steps from the mean squares e_t of its ε, at any respacing (Bao et al. 2022, arXiv:2201.06503,
/// theorem 1): β̃_t and what the uncertainty of x̂_0, (1-ᾱ_t)/ᾱ_t (1 - e_t), adds.
/// </summary>
internal sealed class AnalyticVariances
{
    // The floor of the other variances.
    private const double Smallest = 1e-20;

    private readonly ImmutableArray<double> meanSquares;

    /// <param name="meanSquares">e_t over the timesteps of the schedule that the network was trained with. Range: ≥ 0.</param>
    /// <param name="name">What the caller calls them.</param>
    /// <exception cref="ArgumentException">There are none, or one is negative or not finite.</exception>
    public AnalyticVariances(IEnumerable<double> meanSquares, string name = nameof(meanSquares))
    {
        ArgumentNullException.ThrowIfNull(meanSquares, name);
        this.meanSquares = [.. meanSquares];
        if (this.meanSquares.IsEmpty) throw new ArgumentException($"{name} must have at least 1 entry, but is empty.", name);
        for (int t = 0; t < this.meanSquares.Length; t++)
        {
            double square = this.meanSquares[t];
            if (square >= 0 && double.IsFinite(square)) continue;
            throw new ArgumentException($"{name} must be finite and at least 0, but {name}[{t}] is {square}.", name);
        }
    }

    /// <summary>Gets e_t.</summary>
    public ImmutableArray<double> MeanSquares => meanSquares;

    /// <summary>Returns σ*² of a DDPM step from the noise of r to that of s: β̃, and what x̂_0's own uncertainty adds.</summary>
    public static double StepVariance(double alphaBarS, double alphaBarR, double meanSquare)
    {
        double beta = 1 - alphaBarR / alphaBarS, weight = Math.Sqrt(alphaBarS) * beta / (1 - alphaBarR);
        return beta * (1 - alphaBarS) / (1 - alphaBarR) + weight * weight * X0Variance(alphaBarR, meanSquare);
    }

    /// <summary>Returns ln σ*² of the steps of a process, ascending.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="lastStepLimit">
    /// The most noise that the last noisy step may leave, as its mean magnitude in pixel values of 0–255; null for no limit.
    /// </param>
    /// <remarks>
    /// At t = 0 the uncertainty of x̂_0 itself is the decoder's variance. The mean magnitude of a normal number is σ √(2/π); a pixel value
    /// is 2/255.
    /// </remarks>
    public ImmutableArray<double> StepLogVariances(DiffusionCoefficients coefficients, double? lastStepLimit)
    {
        double most = lastStepLimit is { } limit ? Math.Pow(limit * 2 / 255 * Math.Sqrt(Math.PI / 2), 2) : double.PositiveInfinity;
        return [.. Enumerable.Range(0, coefficients.Timesteps).Select(t =>
        {
            double variance = StepVariance(coefficients.AlphaBarsPrevious[t], coefficients.AlphaBars[t], At(coefficients, t));
            return Math.Log(Math.Max(t == 1 ? Math.Min(variance, most) : variance, Smallest));
        })];
    }

    /// <summary>Returns σ*² of a DDIM step that adds noise of variance <paramref name="added"/> itself.</summary>
    public double DdimVariance(DiffusionCoefficients coefficients, int t, double added)
    {
        double alphaBarR = coefficients.AlphaBars[t], alphaBarS = coefficients.AlphaBarsPrevious[t];
        double weight = Math.Sqrt(alphaBarS) - Math.Sqrt(Math.Max(0, 1 - alphaBarS - added) * alphaBarR / (1 - alphaBarR));
        return added + weight * weight * X0Variance(alphaBarR, At(coefficients, t));
    }

    /// <summary>Returns the factor of the noise of DDIM's steps: the uncertainty of x̂_0 adds to the step's own noise.</summary>
    public Func<int, double> DdimNoise(DdimSteps steps) =>
        t => t == 0 ? 0 : Math.Sqrt(DdimVariance(steps.Coefficients, t, steps.Variance(t)));

    // The variance of x_0 given x_t: data in [-1, 1] has no more than 1.
    private static double X0Variance(double alphaBar, double meanSquare) => Math.Clamp((1 - alphaBar) / alphaBar * (1 - meanSquare), 0, 1);

    private double At(DiffusionCoefficients coefficients, int t)
    {
        int original = coefficients.Schedule.ModelTimestep(t);
        return original < meanSquares.Length
            ? meanSquares[original]
            : throw new ArgumentException($"The calibration must cover timestep {original} of the network, but has {meanSquares.Length} " +
                "entries: it was measured with another process.", nameof(coefficients));
    }
}
