using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes L_vlb, the term of the variational bound at t, in bits/dim: L_{t-1} = KL(q(x_{t-1} | x_t, x_0) ‖ p_θ(x_{t-1} | x_t)), and the
/// decoder's L_0 at t = 0 (Ho et al. 2020, arXiv:2006.11239, eq. 5; "L" in Table 2). x̂_0 is not clipped, because clipping would remove the
/// gradient.
/// </summary>
public sealed class VariationalObjective : Objective
{
    private readonly Decoder decoder;
    private readonly double scale;

    /// <summary>Creates the objective of a process.</summary>
    /// <param name="process">The process to train for; any variance.</param>
    /// <param name="decoder">The decoder of L_0. Default: the paper's.</param>
    /// <param name="timesScale">
    /// Whether the term is multiplied by T, so that with uniform t it estimates the whole bound except L_T ("rescaled KL" of
    /// improved-diffusion).
    /// </param>
    public VariationalObjective(ReverseDiffusion process, Decoder? decoder = null, bool timesScale = false)
        : base(process)
    {
        this.decoder = decoder ?? Decoder.Discretized;
        scale = timesScale ? process.Coefficients.Timesteps : 1;
    }

    private protected override ObjectiveTerms Compute(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask)
    {
        (Tensor xt, Tensor output) = Ask(model, x0, t, noise);
        ReverseMoments moments = Process.Moments(output, xt, t, X0Clipping.None);
        Tensor bound = BoundTerm.BitsPerDim(Process, decoder, moments, x0, xt, t, mask).Times(scale);
        return new ObjectiveTerms(bound.alias(), null, bound);
    }

    /// <summary>Returns a text that names the objective and its settings.</summary>
    public override string ToString() => FormattableString.Invariant($"variational, times {scale}, {decoder.GetType().Name}");
}
