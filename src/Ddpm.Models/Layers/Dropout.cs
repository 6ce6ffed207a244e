using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Dropout (Srivastava et al. 2014) for all layers of one network, drawn from a generator of its own: PyTorch's takes numbers from a global
/// stream, so that no run could be repeated or resumed.
/// </summary>
internal sealed class Dropout : IDisposable
{
    private readonly Generator generator = new(0, CPU);

    public Dropout(double probability) => Probability = probability;

    public double Probability { get; }

    public void Seed(long seed) => generator.manual_seed(seed);

    /// <summary>Zeroes each element with the probability and scales the others by 1/(1-p).</summary>
    public Tensor Apply(Tensor x)
    {
        if (Probability == 0) return x;
        using var scope = NewDisposeScope();
        Tensor keep = rand(x.shape, dtype: float32, generator: generator).ge(Probability);
        Tensor mask = keep.to(x.dtype, x.device).mul_(1 / (1 - Probability));
        return (x * mask).MoveToOuterDisposeScope();
    }

    public void Dispose() => generator.Dispose();
}
