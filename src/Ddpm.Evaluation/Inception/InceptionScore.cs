using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the Inception Score, exp E KL(p(y|x) ‖ p(y)) (Salimans et al. 2016, arXiv:1606.03498): it measures how certain a classifier is
/// of each sample, and how many classes all samples cover.
/// </summary>
public static class InceptionScore
{
    /// <summary>Computes the score over consecutive splits of the samples.</summary>
    /// <param name="logits">The classifier's logits, floating-point [N, C], all finite.</param>
    /// <param name="splits">
    /// The number of splits; split i has the rows ⌊i N/splits⌋ up to ⌊(i+1) N/splits⌋. The score grows with the size of a split: compare
    /// only equal ones. Range: 1 … N.
    /// </param>
    /// <returns>The score.</returns>
    /// <exception cref="ArgumentException">The logits have another shape or type, or are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="splits"/> is out of range.</exception>
    public static InceptionScoreResult Compute(Tensor logits, int splits = 10)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor all = nn.functional.log_softmax(Distances.Validated(logits, nameof(logits)), 1);
        long count = all.size(0);
        if (splits < 1 || splits > count)
        {
            throw new ArgumentOutOfRangeException(nameof(splits), splits,
                $"splits must be 1 … {count}, the number of samples, but is {splits}.");
        }

        var scores = new double[splits];
        for (int split = 0; split < splits; split++)
        {
            long first = split * count / splits, last = (split + 1) * count / splits;
            Tensor conditional = all.narrow(0, first, last - first), probabilities = conditional.exp();
            // A class of probability 0 has no part in any sum.
            Tensor marginal = probabilities.mean([0], keepdim: true).AtLeast(double.Epsilon).log();
            Tensor information = probabilities * (conditional - marginal);
            scores[split] = Math.Exp(where(probabilities.GreaterThan(0), information, zeros_like(probabilities)).sum([1])
                .mean().item<double>());
        }

        return new InceptionScoreResult([.. scores]);
    }
}
