using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes L_hybrid = L_simple + λ L_vlb (Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 16): the mean squared error trains the
/// prediction, and the bound trains only the variance, because no gradient of the bound reaches the mean.
/// </summary>
public sealed class HybridObjective : Objective
{
    private readonly Decoder decoder;
    private readonly double boundWeight;

    /// <summary>Creates the objective of a process with a learned variance.</summary>
    /// <param name="process">The process to train for.</param>
    /// <param name="decoder">The decoder of L_0. Default: the paper's.</param>
    /// <param name="boundWeight">
    /// The weight of the bound's term in bits/dim. Default: T/1000, which is λ = 0.001 for the sum over t. Range: &gt; 0.
    /// </param>
    /// <exception cref="ArgumentException">The process has a fixed variance, so the bound would train nothing.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="boundWeight"/> is not positive and finite.</exception>
    public HybridObjective(ReverseDiffusion process, Decoder? decoder = null, double? boundWeight = null)
        : base(process)
    {
        if (!process.Options.Variance.IsLearned)
        {
            throw new ArgumentException("process must have a learned variance, which the bound's part trains, but has " +
                $"{process.Options.Variance.GetType().Name}; {nameof(SimpleObjective)} is for fixed ones.", nameof(process));
        }

        this.decoder = decoder ?? Decoder.Discretized;
        this.boundWeight = Require.Positive(boundWeight ?? process.Coefficients.Timesteps / 1000.0, nameof(boundWeight));
    }

    private protected override ObjectiveTerms Compute(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask)
    {
        (Tensor xt, Tensor output) = Ask(model, x0, t, noise);
        (Tensor prediction, _) = Process.Split(output);
        Tensor error = MeanSquaredError(prediction, x0, xt, noise, t, mask);
        ReverseMoments moments = Process.Moments(output, xt, t, X0Clipping.None, detachMean: true);
        Tensor bound = BoundTerm.BitsPerDim(Process, decoder, moments, x0, xt, t, mask).Times(boundWeight);
        return new ObjectiveTerms(error.Plus(bound), error, bound);
    }

    /// <summary>Returns a text that names the objective and its settings.</summary>
    public override string ToString() => FormattableString.Invariant($"hybrid, bound times {boundWeight}, {decoder.GetType().Name}");
}
