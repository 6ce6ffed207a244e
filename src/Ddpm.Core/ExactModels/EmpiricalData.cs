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

    private protected override Tensor PosteriorMeanCore(Tensor xt, Tensor alphaBar) =>
        // ‖x_t‖² is the same for all examples and falls out of the softmax.
        InBlocks(xt, alphaBar, (rows, signal) => (Logits(rows, signal) / signal.Complement()).softmax(1).matmul(examples));

    private protected override Tensor LogDensityCore(Tensor xt, Tensor alphaBar)
    {
        double dimensions = Dimensions, logCount = Math.Log(examples.size(0));
        return InBlocks(xt, alphaBar, (rows, signal) =>
        {
            Tensor noise = signal.Complement(), square = rows.Square().sum(1, keepdim: true).Times(0.5);
            Tensor scale = noise.Times(2 * Math.PI).log().Times(0.5 * dimensions).Plus(logCount).squeeze(1);
            return ((Logits(rows, signal) - square) / noise).logsumexp(1) - scale;
        });
    }

    private protected override Tensor ScoreCore(Tensor xt, Tensor alphaBar) => InBlocks(xt, alphaBar, (rows, signal) =>
    {
        Tensor noise = signal.Complement(), weights = (Logits(rows, signal) / noise).softmax(1);
        return (signal.sqrt() * weights.matmul(examples) - rows) / noise;
    });

    // √ᾱ x_tᵀ x_i - ᾱ ½‖x_i‖², [B, N]: without -½‖x_t‖², -½‖x_t - √ᾱ x_i‖².
    private Tensor Logits(Tensor xt, Tensor alphaBar) => alphaBar.sqrt() * xt.matmul(examples.t()) - alphaBar * halfSquares;

    private Tensor InBlocks(Tensor xt, Tensor alphaBar, Func<Tensor, Tensor, Tensor> compute)
    {
        long rows = Math.Max(1, LargestBlock / examples.size(0));
        var blocks = new List<Tensor>();
        for (long first = 0; first < xt.size(0); first += rows)
        {
            long count = Math.Min(rows, xt.size(0) - first);
            using var scope = NewDisposeScope();
            blocks.Add(compute(xt.narrow(0, first, count), alphaBar.narrow(0, first, count)).MoveToOuterDisposeScope());
        }

        return cat(blocks);
    }

    private protected override void DisposeCore()
    {
        examples.Dispose();
        halfSquares.Dispose();
    }
}
