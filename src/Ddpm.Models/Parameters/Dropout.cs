using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Dropout (Srivastava et al. 2014) for all layers of one network, drawn from a stream of its own: PyTorch's takes numbers from a global
/// one, so that no run could be repeated or resumed.
/// </summary>
/// <param name="probability">The probability that a number becomes 0.</param>
internal sealed class Dropout(double probability)
{
    private DropoutStream stream = new(probability, new MersenneTwister(0));

    public double Probability => probability;

    public void Seed(long seed) => stream = new DropoutStream(probability, new MersenneTwister(seed));

    /// <summary>Seeds a network that sees some examples of a batch, while other processes see the others.</summary>
    public void Seed(long seed, int firstExample, int batchSize) =>
        stream = new DropoutStream(probability, new MersenneTwister(seed)) { First = firstExample, BatchSize = batchSize };

    /// <summary>Zeroes each element with the probability and scales the others by 1/(1-p).</summary>
    public Tensor Apply(Tensor x) => stream.Apply(x);

    /// <summary>Returns what it will draw for some of the examples that it sees, without drawing it.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="examples">How many it sees.</param>
    public DropoutStream ForExamples(int first, int examples) => stream.ForExamples(first, examples);

    /// <summary>Draws what a stream of some examples has drawn.</summary>
    public void Follow(DropoutStream drawn) => stream = drawn with { First = stream.First, BatchSize = stream.BatchSize };
}
