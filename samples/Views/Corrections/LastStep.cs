using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// L_0, the last step's term, by four readings of one model at the same x_1, in bits/dim: the paper's discretised decoder (eq. 13), the
/// same with the exact normal distribution function, a density times the width 2/255 of a bin, and the squared error alone.
/// </summary>
/// <param name="Paper">By the decoder with the authors' tanh.</param>
/// <param name="Exact">By the decoder with the exact distribution function.</param>
/// <param name="Density">-log₂(N(x_0; μ, σ²) 2/255), as if the density were the same all over a bin and no bin were open.</param>
/// <param name="SquaredError">(x_0 - μ)²/(2σ²) in bits: what "L_0 is an MSE" leaves of it.</param>
internal sealed record LastStep(Tensor Paper, Tensor Exact, Tensor Density, Tensor SquaredError)
{
    /// <summary>The width of a pixel value's bin.</summary>
    public const double Bin = 2.0 / 255;

    /// <summary>The four readings, element by element.</summary>
    /// <param name="x0">Pixels in [-1, 1].</param>
    /// <param name="mean">μ_θ(x_1).</param>
    /// <param name="variance">σ_1².</param>
    public static LastStep Of(Tensor x0, Tensor mean, double variance)
    {
        Tensor pixels = x0.to(float64), centre = mean.to(float64), logVariance = tensor(Math.Log(variance), float64);
        Tensor Bits(Tensor logLikelihood) => logLikelihood / -Math.Log(2);
        return new LastStep(
            Bits(Decoder.Discretized.LogLikelihood(pixels, centre, logVariance)),
            Bits(Decoder.DiscretizedExact.LogLikelihood(pixels, centre, logVariance)),
            Bits(Decoder.Continuous.LogLikelihood(pixels, centre, logVariance) + Math.Log(Bin)),
            (pixels - centre).square() / (2 * variance * Math.Log(2)));
    }

    /// <summary>The same, averaged over the pixels of each example, [B].</summary>
    public LastStep Means()
    {
        static Tensor Mean(Tensor each) => each.flatten(1).mean([1]);
        return new LastStep(Mean(Paper), Mean(Exact), Mean(Density), Mean(SquaredError));
    }
}
