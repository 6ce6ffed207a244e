using System.Runtime.InteropServices;
using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Dropout (Srivastava et al. 2014) for all layers of one network, drawn from a generator of its own: PyTorch's takes numbers from a global
/// stream, so that no run could be repeated or resumed.
/// </summary>
internal sealed class Dropout : IDisposable
{
    private readonly Generator generator = new(0, CPU);
    private MersenneTwister? shared;
    private int firstExample;
    private int batchSize;

    public Dropout(double probability) => Probability = probability;

    public double Probability { get; }

    public void Seed(long seed)
    {
        generator.manual_seed(seed);
        shared = null;
    }

    /// <summary>Seeds a network that sees some examples of a batch, while other processes see the others.</summary>
    public void Seed(long seed, int firstExample, int batchSize)
    {
        shared = new MersenneTwister(seed);
        this.firstExample = firstExample;
        this.batchSize = batchSize;
    }

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

    // Of several processes each passes over the numbers of the others' examples: together they have those of one that sees the whole batch.
    private Tensor Uniform(long[] shape)
    {
        if (shared is null) return rand(shape, dtype: float32, generator: generator);
        Tensor uniform = empty(shape, dtype: float32);
        long example = uniform.numel() / shape[0];
        shared.Skip(firstExample * example);
        for (long row = 0; row < shape[0]; row++)
        {
            // A row at a time: the span of a whole batch may pass the 2 GiB that a span can hold.
            using Tensor view = uniform[row];
            shared.Fill(MemoryMarshal.Cast<byte, float>(view.bytes));
        }

        shared.Skip((batchSize - firstExample - shape[0]) * example);
        return uniform;
    }

    public void Dispose() => generator.Dispose();
}
