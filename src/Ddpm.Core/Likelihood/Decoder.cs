using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the last step p_θ(x_0 | x_1) of the reverse process, whose log-likelihood is L_0 (Ho et al. 2020, arXiv:2006.11239, sec. 3.3).
/// </summary>
public abstract class Decoder
{
    private protected Decoder()
    {
    }

    /// <summary>
    /// Gets the paper's decoder: probabilities of 256 pixel values, with the authors' tanh approximation of the normal distribution
    /// function.
    /// </summary>
    public static Decoder Discretized { get; } = new DiscretizedGaussianDecoder();

    /// <summary>
    /// Gets the decoder with the probabilities of 256 pixel values by the exact normal distribution function, without the paper's floor of
    /// 1e-12.
    /// </summary>
    public static Decoder DiscretizedExact { get; } = new ExactDiscretizedGaussianDecoder();

    /// <summary>
    /// Gets the decoder with a probability density, for data that is not pixels. The bound is then on the differential negative
    /// log-likelihood and may be negative.
    /// </summary>
    public static Decoder Continuous { get; } = new ContinuousGaussianDecoder();

    /// <summary>Computes ln p_θ(x_0 | x_1), element by element.</summary>
    /// <param name="x0">The clean examples x_0, [B, …]; in [-1, 1] for pixels.</param>
    /// <param name="mean">The mean of the decoder in the shape of <paramref name="x0"/>.</param>
    /// <param name="logVariance">The log variance of the decoder, broadcastable to <paramref name="x0"/>.</param>
    /// <returns>The log-likelihood in nats in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or a tensor does not hold floating-point numbers.</exception>
    public Tensor LogLikelihood(Tensor x0, Tensor mean, Tensor logVariance)
    {
        Require.SameShape(mean, x0);
        ArgumentNullException.ThrowIfNull(logVariance);
        using var scope = NewDisposeScope();
        return LogLikelihoodCore(x0, mean, logVariance).MoveToOuterDisposeScope();
    }

    /// <summary>The formula. Called inside a dispose scope.</summary>
    internal abstract Tensor LogLikelihoodCore(Tensor x0, Tensor mean, Tensor logVariance);
}
