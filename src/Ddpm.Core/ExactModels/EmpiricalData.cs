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

    private protected override Tensor PosteriorMeanCore(Tensor xt, Tensor alphaBar)
    {
        long rows = Math.Max(1, LargestBlock / examples.size(0));
        var blocks = new List<Tensor>();
        for (long first = 0; first < xt.size(0); first += rows)
        {
            long count = Math.Min(rows, xt.size(0) - first);
            using var scope = NewDisposeScope();
            Tensor signal = alphaBar.narrow(0, first, count);
            // ‖x_t‖² is the same for all examples and falls out of the softmax.
            Tensor logits = (signal.sqrt() * xt.narrow(0, first, count).matmul(examples.t()) - signal * halfSquares) / signal.Complement();
            blocks.Add(logits.softmax(1).matmul(examples).MoveToOuterDisposeScope());
        }

        return cat(blocks);
    }

    private protected override void DisposeCore()
    {
        examples.Dispose();
        halfSquares.Dispose();
    }
}
