using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Dropout (Srivastava et al. 2014) for all layers of one network, drawn from a generator of its own: PyTorch's takes numbers from a global
/// stream, so that no run could be repeated or resumed.
/// </summary>
internal sealed class Dropout : IDisposable
{
    private readonly Generator generator = new(0, CPU);
    private int firstExample;
    private int? batchSize;

    public Dropout(double probability) => Probability = probability;

    public double Probability { get; }

    public void Seed(long seed)
    {
        generator.manual_seed(seed);
        batchSize = null;
    }

    /// <summary>For a network that sees some examples of a batch, the others of which other processes see.</summary>
    public void Seed(long seed, int firstExample, int batchSize)
    {
        generator.manual_seed(seed);
        this.firstExample = firstExample;
        this.batchSize = batchSize;
    }

    /// <summary>Zeroes each element with the probability and scales the others by 1/(1-p).</summary>
    public Tensor Apply(Tensor x)
    {
        if (Probability == 0) return x;
        using var scope = NewDisposeScope();
        Tensor keep = Uniform(x.shape).ge(Probability);
        Tensor mask = keep.to(x.dtype, x.device).mul_(1 / (1 - Probability));
        return (x * mask).MoveToOuterDisposeScope();
    }

    // The whole batch's numbers, whoever sees it: the stream has no other way to an example's place than through those before.
    private Tensor Uniform(long[] shape) => batchSize is { } whole && whole != shape[0]
        ? rand([whole, .. shape[1..]], dtype: float32, generator: generator).narrow(0, firstExample, shape[0])
        : rand(shape, dtype: float32, generator: generator);

    public void Dispose() => generator.Dispose();
}
