using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Represents data that is one of N given, equally likely examples: E[x_0 | x_t] is their mean, weighted by softmax(-‖x_t - √ᾱ
/// x_i‖²/(2(1-ᾱ))). A network that fits a training set perfectly computes this; its samples are the examples themselves.
/// </summary>
public sealed class EmpiricalData : DataDistribution
{
    // Bounds the [B, N] matrix of distances to 128 MiB.
    private const long LargestBlock = 1 << 24;

    private readonly Tensor examples; // [N, D]
    private readonly Tensor halfSquares; // [N], ½‖x_i‖²

    /// <summary>Creates the distribution of a set of examples.</summary>
    /// <param name="examples">The examples, [N, …]; copied.</param>
    /// <exception cref="ArgumentException">There is no example, or one is not finite.</exception>
    public EmpiricalData(Tensor examples)
        : base(Require.Batch(examples).shape[1..])
    {
        if (examples.numel() == 0)
        {
            throw new ArgumentException($"examples must hold at least 1 number, but has the shape {Require.Shape(examples)}.",
                nameof(examples));
        }

        using var scope = NewDisposeScope();
        if (!examples.isfinite().all().item<bool>()) throw new ArgumentException("examples must be finite.", nameof(examples));
        this.examples = examples.to(float64, copy: true).reshape(examples.size(0), -1).DetachFromDisposeScope();
        halfSquares = this.examples.Square().sum([1]).Times(0.5).DetachFromDisposeScope();
    }

    internal override bool IsDiscrete => true;

    /// <summary>Computes ln Pr(x_0), the log-probability of the data: ln(n/N) for an example that stands n times among the N.</summary>
    /// <param name="x0">Examples, [B, …].</param>
    /// <returns>The log-probability of each in nats, [B], float64; a fresh tensor. -∞ for what is not among the examples.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor LogProbability(Tensor x0)
    {
        using var scope = NewDisposeScope();
        Tensor rows = Flat(x0, nameof(x0));
        return Blocks(rows, examples.numel(), (first, count) =>
            rows.narrow(0, first, count).unsqueeze(1).eq(examples).all(2).to(float64).mean([1]).log()).MoveToOuterDisposeScope();
    }

    internal override Tensor LogLikelihood(Tensor x0) => LogProbability(x0);

    private protected override Tensor PosteriorMeanCore(Tensor xt, Tensor alphaBar) =>
        Blocks(xt, examples.size(0), (first, count) =>
            Logits(xt.narrow(0, first, count), alphaBar.narrow(0, first, count)).softmax(1).matmul(examples));

    private protected override Tensor LogDensityCore(Tensor xt, Tensor alphaBar) =>
        Blocks(xt, examples.size(0), (first, count) =>
        {
            Tensor rows = xt.narrow(0, first, count), variance = alphaBar.narrow(0, first, count).Complement();
            Tensor scale = variance.Times(2 * Math.PI).log().Times(Dimensions).Plus(rows.Square().sum([1], keepdim: true) / variance);
            Tensor mixed = Logits(rows, alphaBar.narrow(0, first, count)).logsumexp(1);
            return mixed.Minus(Math.Log(examples.size(0))) - scale.squeeze(1).Times(0.5);
        });

    private protected override Tensor ScoreCore(Tensor xt, Tensor alphaBar) =>
        Blocks(xt, examples.size(0), (first, count) =>
        {
            Tensor rows = xt.narrow(0, first, count), signal = alphaBar.narrow(0, first, count);
            return (signal.sqrt() * Logits(rows, signal).softmax(1).matmul(examples) - rows) / signal.Complement();
        });

    // ln N(x_t; √ᾱ x_i, 1-ᾱ) of every example but for what they share, ‖x_t‖² among it, which falls out of a softmax.
    private Tensor Logits(Tensor xt, Tensor alphaBar) =>
        (alphaBar.sqrt() * xt.matmul(examples.t()) - alphaBar * halfSquares) / alphaBar.Complement();

    // A function of the rows, as many of them at a time as a block of [rows, columns] numbers allows.
    private static Tensor Blocks(Tensor rows, long columns, Func<long, long, Tensor> compute)
    {
        long most = Math.Max(1, LargestBlock / columns);
        var blocks = new List<Tensor>();
        for (long first = 0; first < rows.size(0); first += most)
        {
            using var scope = NewDisposeScope();
            blocks.Add(compute(first, Math.Min(most, rows.size(0) - first)).MoveToOuterDisposeScope());
        }

        return cat(blocks);
    }

    private protected override void DisposeCore()
    {
        examples.Dispose();
        halfSquares.Dispose();
    }
}
