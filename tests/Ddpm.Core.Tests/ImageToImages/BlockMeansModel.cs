using static TorchSharp.torch;

namespace Ddpm.Core.Tests.ImageToImages;

/// <summary>
/// The exact ε-model of normal pictures [1, S, S] of mean 0, given the enlarged picture of their block means: the pictures are normal
/// around the regression on the means.
/// </summary>
internal sealed class BlockMeansModel : IConditionalEpsilonModel
{
    private readonly DiffusionCoefficients coefficients;
    private readonly ImageToImage task;
    private readonly int side;
    private readonly Tensor means, regression, smallOf;

    /// <summary>A model; its tensors belong to the caller's scope.</summary>
    public BlockMeansModel(DiffusionCoefficients coefficients, ImageToImage task, Tensor covariance, int side, int factor)
    {
        (this.coefficients, this.task, this.side) = (coefficients, task, side);
        int pixels = side * side, small = side / factor;
        // A [s², S²], from the pictures that have a single 1; and what gives the small picture back from the enlarged one.
        means = task.Degrade(eye(pixels, dtype: float64).reshape(pixels, 1, side, side)).flatten(1).t();
        Tensor enlarged = task.Enlarge(eye(small * small, dtype: float64).reshape(-1, 1, small, small)).flatten(1);
        smallOf = linalg.pinv(enlarged);
        regression = covariance.matmul(means.t()).matmul(linalg.inv(means.matmul(covariance).matmul(means.t())));
        Covariance = covariance - regression.matmul(means).matmul(covariance);
    }

    public int ClassCount => 0;

    public IReadOnlyList<NetworkCondition> Conditions => task.Conditions;

    /// <summary>Cov[x_0 | y], [S², S²].</summary>
    public Tensor Covariance { get; }

    /// <summary>E[x_0 | y], [B, S²], for small pictures [B, 1, s, s].</summary>
    public Tensor Mean(Tensor small) => small.flatten(1).matmul(regression.t());

    public Tensor Predict(Tensor xt, Tensor t) => throw new NotSupportedException("without its condition");

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t);

    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        using var scope = NewDisposeScope();
        double alphaBar = coefficients.AlphaBars[(int)t[0].item<long>()];
        Tensor center = conditions.Tensors["picture"].flatten(1).matmul(smallOf).matmul(regression.t());
        Tensor gain = Covariance.matmul(linalg.inv(alphaBar * Covariance + (1 - alphaBar) * eye(side * side, dtype: float64)));
        Tensor x = xt.flatten(1), x0 = center + Math.Sqrt(alphaBar) * (x - Math.Sqrt(alphaBar) * center).matmul(gain.t());
        return ((x - Math.Sqrt(alphaBar) * x0) / Math.Sqrt(1 - alphaBar)).reshape(xt.shape).MoveToOuterDisposeScope();
    }
}
