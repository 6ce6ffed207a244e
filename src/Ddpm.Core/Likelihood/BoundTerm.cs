using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>One term of the variational bound (Ho et al. 2020, arXiv:2006.11239, eq. 5): L_{t-1}, and L_0 at the first timestep.</summary>
internal static class BoundTerm
{
    /// <summary>
    /// Returns the term of each example, averaged over its dimensions or what a mask weighs of them, in bits/dim, [B]. Called inside a
    /// dispose scope.
    /// </summary>
    public static Tensor BitsPerDim(ReverseDiffusion process, Decoder decoder, ReverseMoments moments, Tensor x0, Tensor xt, TimeIndex t,
        Tensor? mask = null)
    {
        // [B, …] → [B] in bits/dim.
        Tensor Mean(Tensor nats) => ExampleMean.Of(nats, mask).Over(Math.Log(2));
        Tensor Divergence() =>
            Mean(GaussianDivergence.Nats(
                process.Posterior.Mean(x0, xt, t), t.Gather(process.PosteriorLogVariances, x0), moments.Mean, moments.LogVariance));
        Tensor Decoded() => -Mean(decoder.LogLikelihoodCore(x0, moments.Mean, moments.LogVariance));

        if (t.IsShared) return t[0] == 0 ? Decoded() : Divergence();
        long[] first = [.. Enumerable.Range(0, (int)x0.size(0)).Select(example => t[example] == 0 ? 1L : 0)];
        if (!first.Contains(1)) return Divergence();
        return where(HostNumbers.On(x0.device, first).to(@bool), Decoded(), Divergence());
    }
}
