using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Represents a distribution of data whose posterior mean E[x_0 | x_t] and densities q(x_t) are known in closed form, so that samplers and
/// bounds can be tested against mathematics. It works in float64 and owns its tensors.
/// </summary>
public abstract class DataDistribution : IDisposable
{
    private protected DataDistribution(long[] shape) => Shape = shape;

    /// <summary>Gets the shape of one example.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Gets the number of elements D of one example.</summary>
    public long Dimensions => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Computes the posterior mean E[x_0 | x_t] where x_t = √ᾱ x_0 + √(1-ᾱ) ε.</summary>
    /// <param name="xt">The noisy examples, [B, …] with the distribution's shape, on its device.</param>
    /// <param name="alphaBar">ᾱ of each example, [B], or of all, []. Range: 0 ≤ ᾱ &lt; 1.</param>
    /// <returns>The means in the shape of <paramref name="xt"/>, float64; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor PosteriorMean(Tensor xt, Tensor alphaBar)
    {
        ArgumentNullException.ThrowIfNull(alphaBar);
        using var scope = NewDisposeScope();
        Tensor flat = Flat(xt, nameof(xt));
        return PosteriorMeanCore(flat, Signal(alphaBar, flat)).reshape(xt.shape).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes ln q(x_t), the log-density of the noisy data x_t = √ᾱ x_0 + √(1-ᾱ) ε. Gradients reach <paramref name="xt"/>.
    /// </summary>
    /// <param name="xt">The noisy examples, [B, …] with the distribution's shape, on its device.</param>
    /// <param name="alphaBar">ᾱ of each example, [B], or of all, []. Range: 0 ≤ ᾱ &lt; 1.</param>
    /// <returns>The log-density of each example in nats (of all its dimensions), [B], float64; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An ᾱ is out of range.</exception>
    public Tensor LogDensity(Tensor xt, Tensor alphaBar)
    {
        ArgumentNullException.ThrowIfNull(alphaBar);
        using var scope = NewDisposeScope();
        Tensor flat = Flat(xt, nameof(xt)), signal = Noisy(alphaBar, flat);
        if (flat.size(0) == 0) return zeros(0, float64, flat.device).MoveToOuterDisposeScope();
        return LogDensityCore(flat, signal).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes the score ∇ ln q(x_t) of the noisy data in closed form, not from the posterior mean. By Tweedie's formula both agree: the
    /// score is (√ᾱ E[x_0 | x_t] - x_t)/(1-ᾱ).
    /// </summary>
    /// <param name="xt">The noisy examples, [B, …] with the distribution's shape, on its device.</param>
    /// <param name="alphaBar">ᾱ of each example, [B], or of all, []. Range: 0 ≤ ᾱ &lt; 1.</param>
    /// <returns>The score in the shape of <paramref name="xt"/>, float64; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An ᾱ is out of range.</exception>
    public Tensor Score(Tensor xt, Tensor alphaBar)
    {
        ArgumentNullException.ThrowIfNull(alphaBar);
        using var scope = NewDisposeScope();
        Tensor flat = Flat(xt, nameof(xt)), signal = Noisy(alphaBar, flat);
        if (flat.size(0) == 0) return zeros(xt.shape, float64, flat.device).MoveToOuterDisposeScope();
        return ScoreCore(flat, signal).reshape(xt.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether x_0 is one of countably many values, which have probabilities, instead of a density.</summary>
    internal abstract bool IsDiscrete { get; }

    /// <summary>ln q(x_0) in nats, [B]: a log-probability where <see cref="IsDiscrete"/>, else a log-density.</summary>
    internal abstract Tensor LogLikelihood(Tensor x0);

    /// <summary>E[x_0 | x_t] of rows: x_t [B, D], ᾱ [B, 1] → [B, D]. Called inside a dispose scope.</summary>
    private protected abstract Tensor PosteriorMeanCore(Tensor xt, Tensor alphaBar);

    /// <summary>ln q(x_t) of rows: x_t [B, D], ᾱ [B, 1] → [B]. Called inside a dispose scope.</summary>
    private protected abstract Tensor LogDensityCore(Tensor xt, Tensor alphaBar);

    /// <summary>∇ ln q(x_t) of rows: x_t [B, D], ᾱ [B, 1] → [B, D]. Called inside a dispose scope.</summary>
    private protected abstract Tensor ScoreCore(Tensor xt, Tensor alphaBar);

    private protected abstract void DisposeCore();

    /// <summary>[B, …] → [B, D] in float64. Called inside a dispose scope.</summary>
    private protected Tensor Flat(Tensor examples, string name)
    {
        Require.Batch(examples, name);
        if (!examples.shape.AsSpan(1).SequenceEqual(Shape.ToArray()))
        {
            throw new ArgumentException($"{name} must have the shape [B, {string.Join(", ", Shape)}], but has {Require.Shape(examples)}.",
                name);
        }

        return examples.to(float64).reshape(examples.size(0), Dimensions);
    }

    // ᾱ as Signal gives it, below 1. Called inside a dispose scope.
    private static Tensor Noisy(Tensor alphaBar, Tensor flat)
    {
        Tensor signal = Signal(alphaBar, flat);
        if (flat.size(0) == 0) return signal;
        double least = signal.min().item<double>(), most = signal.max().item<double>();
        if (!(least >= 0 && most < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(alphaBar),
                $"alphaBar must be at least 0 and less than 1, but {(least >= 0 ? $"reaches {most}" : $"begins at {least}")}.");
        }

        return signal;
    }

    // ᾱ as [B, 1] in float64. Called inside a dispose scope.
    private static Tensor Signal(Tensor alphaBar, Tensor flat)
    {
        if (alphaBar.dim() > 1 || (alphaBar.dim() == 1 && alphaBar.size(0) != flat.size(0)))
        {
            throw new ArgumentException($"alphaBar must have the shape [] or [{flat.size(0)}], but has {Require.Shape(alphaBar)}.",
                nameof(alphaBar));
        }

        return alphaBar.to(float64, flat.device).reshape(-1, 1).expand(flat.size(0), 1);
    }
}
