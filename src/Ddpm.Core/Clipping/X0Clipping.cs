using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Keeps the estimate x̂_0 in the range of the data before the mean of p_θ(x_{t-1} | x_t) is formed from it.</summary>
public abstract class X0Clipping
{
    private protected X0Clipping()
    {
    }

    /// <summary>Gets the rule that leaves x̂_0 unchanged: for data without bounds.</summary>
    public static X0Clipping None { get; } = new NoClipping();

    /// <summary>Gets the rule that clips x̂_0 to [-1, 1]: for images.</summary>
    public static X0Clipping Unit { get; } = new StaticClipping(1);

    /// <summary>Creates the rule that clips x̂_0 to [-limit, limit].</summary>
    /// <param name="limit">The largest magnitude. Range: &gt; 0.</param>
    /// <returns>The clipping rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not positive and finite.</exception>
    public static X0Clipping Static(double limit) => new StaticClipping(limit);

    /// <summary>Creates dynamic thresholding, which clips x̂_0 to a percentile of its magnitudes and scales it back to [-1, 1].</summary>
    /// <param name="quantile">The share of magnitudes below the threshold. Range: 0 &lt; quantile ≤ 1.</param>
    /// <param name="maximum">The largest threshold. Range: ≥ 1.</param>
    /// <returns>The clipping rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static X0Clipping Dynamic(double quantile = 0.995, double maximum = double.PositiveInfinity) =>
        new DynamicThresholding(quantile, maximum);

    /// <summary>
    /// Gets the largest magnitude that x̂_0 is clipped to, before dynamic thresholding scales it back; infinite without a bound.
    /// </summary>
    public abstract double Limit { get; }

    /// <summary>Gets the share of the magnitudes |x̂_0| below the threshold of dynamic thresholding; null for the other rules.</summary>
    public virtual double? Quantile => null;

    /// <summary>Applies the rule to x̂_0.</summary>
    /// <param name="x0">The estimates, [B, …].</param>
    /// <returns>The clipped estimates in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException"><paramref name="x0"/> has no batch axis or does not hold floating-point numbers.</exception>
    public Tensor Apply(Tensor x0)
    {
        Require.Batch(x0);
        using var scope = NewDisposeScope();
        return ApplyCore(x0).MoveToOuterDisposeScope();
    }

    /// <summary>Compares this rule and its numbers with another.</summary>
    /// <param name="obj">The other rule.</param>
    /// <returns>Whether both do the same to every x̂_0.</returns>
    public sealed override bool Equals(object? obj) =>
        obj is X0Clipping other && Limit.Equals(other.Limit) && Quantile.Equals(other.Quantile);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => HashCode.Combine(Limit, Quantile);

    /// <summary>Applies the rule inside a dispose scope; may return an alias of its argument.</summary>
    internal abstract Tensor ApplyCore(Tensor x0);
}
