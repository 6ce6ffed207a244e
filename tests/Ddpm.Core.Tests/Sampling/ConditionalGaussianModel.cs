using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>
/// The exact model of jointly normal data given some of its elements, in the examples' shape [1, D]: the others are normal around the
/// regression on the known ones, and the known ones are certain. The known elements are the same in all rows of a batch.
/// </summary>
internal sealed class ConditionalGaussianModel(DiffusionCoefficients coefficients, Tensor mean, Tensor covariance)
    : IConditionalEpsilonModel
{
    public int ClassCount => 0;

    public IReadOnlyList<NetworkCondition> Conditions { get; } =
        [NetworkCondition.Spatial("observed", 1), NetworkCondition.Spatial("mask", 1)];

    public Tensor Predict(Tensor xt, Tensor t) => throw new NotSupportedException("The known elements are needed.");

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t);

    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        using var scope = NewDisposeScope();
        double alphaBar = coefficients.AlphaBars[(int)t[0].item<long>()];
        (Tensor center, Tensor spread) = Given(conditions.Tensors["observed"].squeeze(1), conditions.Tensors["mask"][0, 0]);
        Tensor x = xt.squeeze(1).to(float64);
        // E[x_0 | x_t] = μ + √ᾱ Σ (ᾱ Σ + (1-ᾱ) I)⁻¹ (x_t - √ᾱ μ)
        Tensor gain = spread.matmul(linalg.inv(alphaBar * spread + (1 - alphaBar) * eye(spread.size(0), dtype: float64)));
        Tensor x0 = center + Math.Sqrt(alphaBar) * (x - Math.Sqrt(alphaBar) * center).matmul(gain.t());
        return ((x - Math.Sqrt(alphaBar) * x0) / Math.Sqrt(1 - alphaBar)).unsqueeze(1).to(xt.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the mean [B, D] and the covariance [D, D] given known elements [B, D] and their mask [D].</summary>
    public (Tensor Mean, Tensor Covariance) Given(Tensor observed, Tensor mask)
    {
        Tensor known = mask.to(float64).diag();
        Tensor free = eye(mask.size(0), dtype: float64) - known;
        // Of the known block the inverse; ones on the rest of the diagonal, which the masks around remove.
        Tensor inverse = known.matmul(linalg.inv(known.matmul(covariance).matmul(known) + free)).matmul(known);
        Tensor regression = free.matmul(covariance).matmul(inverse);
        Tensor away = (observed.to(float64) - mean).matmul(known);
        return (mean + away + away.matmul(regression.t()), free.matmul(covariance - regression.matmul(covariance)).matmul(free));
    }
}
