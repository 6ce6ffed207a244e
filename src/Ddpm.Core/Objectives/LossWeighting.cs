using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Weights the mean squared error of each timestep in <see cref="SimpleObjective"/>, for every kind of prediction.</summary>
public abstract class LossWeighting
{
    private protected LossWeighting()
    {
    }

    /// <summary>
    /// Gets the weights of the variational bound: the paper's eq. 12 for ε, eq. 8 for μ̃; the loss is then L_{t-1} in nats per dimension,
    /// up to a constant.
    /// </summary>
    public static LossWeighting Variational { get; } = new VariationalWeighting();

    /// <summary>Creates min-SNR weights: they multiply the loss of x̂_0 by min(SNR, γ).</summary>
    /// <param name="gamma">The largest weight γ. Range: &gt; 0.</param>
    /// <returns>The weighting.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is not positive and finite.</exception>
    public static LossWeighting MinSnr(double gamma = 5) => new MinSnrWeighting(gamma);

    /// <summary>
    /// Creates truncated SNR weights: they multiply the loss of x̂_0 by max(SNR, γ), so that the noisiest steps keep a weight.
    /// </summary>
    /// <param name="gamma">The smallest weight γ; 1 in Salimans and Ho 2022, arXiv:2202.00512, sec. 4. Range: &gt; 0.</param>
    /// <returns>The weighting.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is not positive and finite.</exception>
    public static LossWeighting TruncatedSnr(double gamma = 1) => new TruncatedSnrWeighting(gamma);

    /// <summary>Creates P2 weights: they multiply the loss of ε by 1/(k + SNR)^γ.</summary>
    /// <param name="gamma">The exponent γ; 0 is L_simple. Range: ≥ 0.</param>
    /// <param name="k">The number k, which bounds the weights. Range: &gt; 0.</param>
    /// <returns>The weighting.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LossWeighting P2(double gamma = 1, double k = 1) => new P2Weighting(gamma, k);

    /// <summary>Computes the weights over t = 0 … T-1 of the mean squared error of the network's output.</summary>
    /// <param name="process">The process.</param>
    /// <returns>The weights. Range: ≥ 0.</returns>
    /// <exception cref="ArgumentException">The weighting does not fit the process.</exception>
    public ImmutableArray<double> Weights(ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(process);
        DiffusionCoefficients coefficients = process.Coefficients;
        return [.. Enumerable.Range(0, coefficients.Timesteps).Select(t =>
        {
            // An error of the output times its sensitivity is one of x̂_0.
            double sensitivity = process.Options.Prediction.X0Sensitivity(coefficients, t);
            return X0Weight(process, t) * sensitivity * sensitivity;
        })];
    }

    /// <summary>The weight of the squared error of x̂_0.</summary>
    internal abstract double X0Weight(ReverseDiffusion process, int t);
}
