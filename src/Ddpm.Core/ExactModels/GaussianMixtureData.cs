using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Represents data from a mixture of normal distributions with any covariances. One component is normal data.</summary>
public sealed class GaussianMixtureData : DataDistribution
{
    private readonly Tensor logWeights; // [K]
    private readonly Tensor means; // [K, D]
    private readonly Tensor axes; // [K, D, D], eigenvectors in columns
    private readonly Tensor variances; // [K, D] along the axes

    /// <summary>Creates a mixture of normal distributions.</summary>
    /// <param name="weights">The components' weights, [K]. Range: &gt; 0; they are divided by their sum.</param>
    /// <param name="means">The components' means, [K, …] with any shape of an example; D is its number of elements.</param>
    /// <param name="covariances">The components' covariances, [K, D, D], symmetric and positive semi-definite.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, a weight is not positive, or a covariance is not symmetric or not positive semi-definite.
    /// </exception>
    public GaussianMixtureData(Tensor weights, Tensor means, Tensor covariances)
        : base(Require.Batch(means).shape[1..])
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(covariances);
        long components = means.size(0), dimensions = Dimensions;
        if (components < 1 || dimensions < 1)
        {
            throw new ArgumentException("means must hold at least 1 component of at least 1 dimension, but has the shape " +
                $"{Require.Shape(means)}.", nameof(means));
        }

        RequireShape(weights, [components], nameof(weights));
        RequireShape(covariances, [components, dimensions, dimensions], nameof(covariances));
        using var scope = NewDisposeScope();
        Tensor w = weights.to(float64), c = covariances.to(float64);
        if (!w.isfinite().all().item<bool>() || w.min().item<double>() <= 0)
        {
            throw new ArgumentException("weights must be positive and finite.", nameof(weights));
        }

        double largest = c.abs().max().item<double>(), asymmetry = (c - c.transpose(1, 2)).abs().max().item<double>();
        if (!double.IsFinite(largest) || asymmetry > 1e-9 * largest)
        {
            throw new ArgumentException($"covariances must be finite and symmetric, but differ from their transposes by up to {asymmetry}.",
                nameof(covariances));
        }

        (Tensor eigenvalues, Tensor eigenvectors) = linalg.eigh(c);
        double smallest = eigenvalues.min().item<double>();
        // Rounding leaves eigenvalues of a singular matrix a little below zero.
        if (smallest < -1e-9 * largest)
        {
            throw new ArgumentException($"covariances must be positive semi-definite, but have an eigenvalue {smallest}.",
                nameof(covariances));
        }

        logWeights = (w / w.sum()).log().DetachFromDisposeScope();
        this.means = means.to(float64, copy: true).reshape(components, dimensions).DetachFromDisposeScope();
        axes = eigenvectors.DetachFromDisposeScope();
        variances = eigenvalues.AtLeast(0).DetachFromDisposeScope();
    }

    /// <summary>Creates normally distributed data.</summary>
    /// <param name="mean">The mean in the shape of an example; D is its number of elements.</param>
    /// <param name="covariance">The covariance, [D, D], symmetric and positive semi-definite.</param>
    /// <returns>A mixture of one component.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, or the covariance is not symmetric or not positive semi-definite.
    /// </exception>
    public static GaussianMixtureData Gaussian(Tensor mean, Tensor covariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(covariance);
        using Tensor weight = ones(1, float64, mean.device), means = mean.unsqueeze(0), covariances = covariance.unsqueeze(0);
        return new GaussianMixtureData(weight, means, covariances);
    }

    /// <summary>Computes ln p(x_0), the log-density of the data.</summary>
    /// <param name="x0">Examples, [B, …].</param>
    /// <returns>
    /// The log-density of each in nats (of all its dimensions), [B], float64; a fresh tensor. Infinite where a covariance is singular.
    /// </returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor LogDensity(Tensor x0)
    {
        using var scope = NewDisposeScope();
        Tensor rows = Flat(x0, nameof(x0));
        Tensor joint = Joint(rows, ones(rows.size(0), 1, float64, rows.device)).LogProbability;
        return joint.logsumexp(0).MoveToOuterDisposeScope();
    }

    internal override bool IsDiscrete => false;

    internal override Tensor LogLikelihood(Tensor x0) => LogDensity(x0);

    private protected override Tensor LogDensityCore(Tensor xt, Tensor alphaBar) => Joint(xt, alphaBar).LogProbability.logsumexp(0);

    private protected override Tensor PosteriorMeanCore(Tensor xt, Tensor alphaBar)
    {
        (Tensor logProbability, Tensor projected, Tensor spread) = Joint(xt, alphaBar);
        // Each component's own posterior mean, m + Q √ᾱ λ/(ᾱλ + 1-ᾱ) Qᵀ (x_t - √ᾱ m), weighted by how likely the component is given x_t.
        Tensor each = means.unsqueeze(1).Plus((alphaBar.sqrt() * variances.unsqueeze(1) / spread * projected).matmul(axes.transpose(1, 2)));
        return (logProbability.softmax(0).unsqueeze(2) * each).sum([0]);
    }

    private protected override Tensor ScoreCore(Tensor xt, Tensor alphaBar)
    {
        (Tensor logProbability, Tensor projected, Tensor spread) = Joint(xt, alphaBar);
        // Each component's own score, -Q Qᵀ(x_t - √ᾱ m)/(ᾱλ + 1-ᾱ), weighted by how likely the component is given x_t.
        Tensor each = (projected / spread).matmul(axes.transpose(1, 2)).neg();
        return (logProbability.softmax(0).unsqueeze(2) * each).sum([0]);
    }

    private protected override void DisposeCore()
    {
        logWeights.Dispose();
        means.Dispose();
        axes.Dispose();
        variances.Dispose();
    }

    // ln w_k p(x_t | k) [K, B], Qᵀ(x_t - √ᾱ m) [K, B, D], ᾱλ + 1-ᾱ [K, B, D].
    private (Tensor LogProbability, Tensor Projected, Tensor Spread) Joint(Tensor xt, Tensor alphaBar)
    {
        Tensor projected = (xt - alphaBar.sqrt() * means.unsqueeze(1)).matmul(axes);
        Tensor spread = (alphaBar * variances.unsqueeze(1)).Plus(alphaBar.Complement());
        Tensor exponent = spread.log().Plus(Math.Log(2 * Math.PI)).Plus(projected.Square() / spread).sum([2]);
        return (logWeights.unsqueeze(1) - exponent.Times(0.5), projected, spread);
    }

    private static void RequireShape(Tensor value, long[] shape, string name)
    {
        if (!value.shape.AsSpan().SequenceEqual(shape))
        {
            throw new ArgumentException($"{name} must have the shape {Require.Shape(shape)}, but has {Require.Shape(value)}.", name);
        }
    }
}
