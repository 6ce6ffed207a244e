using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Shifts and scales √ᾱ of another schedule so that no signal remains at the end (ᾱ_{T-1} = 0) and ᾱ_0 is unchanged: Lin et al. 2023
/// (arXiv:2305.08891, algorithm 1), "rescale_betas_zero_snr" of diffusers. Use x_0- or v-prediction with it: without signal, ε says nothing
/// about x_0.
/// </summary>
public sealed class ZeroTerminalSnrSchedule : IVarianceSchedule, ISinglePrecisionSchedule
{
    private readonly ImmutableArray<double> betas;

    /// <summary>Rescales a schedule.</summary>
    /// <param name="original">The schedule. At least 2 timesteps.</param>
    /// <exception cref="ArgumentException">The schedule is invalid, or has 1 timestep only.</exception>
    public ZeroTerminalSnrSchedule(IVarianceSchedule original)
    {
        var coefficients = new DiffusionCoefficients(original);
        Original = original;
        if (coefficients.Timesteps < 2)
        {
            throw new ArgumentException("original must have at least 2 timesteps, for the first keeps its signal and the last loses it, " +
                $"but has {coefficients.Timesteps}.", nameof(original));
        }

        betas = Rescaled(coefficients.SqrtAlphaBars);
    }

    /// <summary>Gets the schedule that was rescaled.</summary>
    public IVarianceSchedule Original { get; }

    /// <inheritdoc/>
    public int Timesteps => betas.Length;

    /// <inheritdoc/>
    public double Beta(int t) => betas[Require.Timestep(t, Timesteps)];

    /// <inheritdoc/>
    public int ModelTimestep(int t) => Original.ModelTimestep(t);

    float[] ISinglePrecisionSchedule.SinglePrecisionBetas()
    {
        float[] roots = [.. SinglePrecision.AlphaBars(DiffusionCoefficients.SinglePrecisionBetas(Original)).Select(MathF.Sqrt)];
        float first = roots[0], last = roots[^1], scale = first / (first - last);
        return SinglePrecision.BetasOf([.. roots.Select(root =>
        {
            float shifted = (root - last) * scale;
            return shifted * shifted;
        })]);
    }

    private static ImmutableArray<double> Rescaled(ImmutableArray<double> roots)
    {
        double first = roots[0], last = roots[^1], scale = first / (first - last);
        var betas = ImmutableArray.CreateBuilder<double>(roots.Length);
        double previous = 1;
        foreach (double root in roots)
        {
            double shifted = (root - last) * scale, alphaBar = shifted * shifted;
            betas.Add(1 - alphaBar / previous);
            previous = alphaBar;
        }

        return betas.MoveToImmutable();
    }
}
