using System.Runtime.InteropServices;
using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The numbers that dropout draws for some examples of a batch. It passes over those of the other examples: together, the streams of a
/// batch draw what one stream draws for all of it.
/// </summary>
/// <param name="Probability">The probability that a number becomes 0.</param>
/// <param name="Twister">Where the numbers come from.</param>
internal sealed record DropoutStream(double Probability, MersenneTwister Twister)
{
    /// <summary>Gets the place of its first example in the batch.</summary>
    public int First { get; init; }

    /// <summary>Gets how many examples the batch has; null where it has those of the stream.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Zeroes each element with the probability and scales the others by 1/(1-p).</summary>
    public Tensor Apply(Tensor x)
    {
        if (Probability == 0) return x;
        using var scope = NewDisposeScope();
        using Scalar probability = Probability;
        Tensor keep = Uniform(x.shape).ge(probability);
        Tensor mask = keep.to(x.dtype, x.device).MultiplyInPlace(1 / (1 - Probability));
        return (x * mask).MoveToOuterDisposeScope();
    }

    /// <summary>Returns a stream of its own for some of the examples.</summary>
    /// <param name="first">The first of them, counted from the stream's first.</param>
    /// <param name="examples">How many examples the stream has.</param>
    public DropoutStream ForExamples(int first, int examples) =>
        new(Probability, new MersenneTwister(Twister)) { First = First + first, BatchSize = BatchSize ?? examples };

    private Tensor Uniform(long[] shape)
    {
        Tensor uniform = empty(shape, dtype: float32);
        long example = uniform.numel() / shape[0];
        Twister.Skip(First * example);
        for (long row = 0; row < shape[0]; row++)
        {
            // A row at a time: the span of a whole batch may pass the 2 GiB that a span can hold.
            using Tensor view = uniform[row];
            Twister.Fill(MemoryMarshal.Cast<byte, float>(view.bytes));
        }

        Twister.Skip(((BatchSize ?? shape[0]) - First - shape[0]) * example);
        return uniform;
    }
}
