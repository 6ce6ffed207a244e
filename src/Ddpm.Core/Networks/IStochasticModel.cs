namespace Ddpm.Core;

/// <summary>A network with layers that draw random numbers in training, such as dropout.</summary>
public interface IStochasticModel
{
    /// <summary>
    /// Restarts the random numbers of those layers. A trainer calls it before every step, so that a run can be repeated and resumed.
    /// </summary>
    /// <param name="seed">The seed; any number.</param>
    void SeedStochasticLayers(long seed);

    /// <summary>
    /// The same where several processes share a batch and this one sees some of its examples: they are to get the numbers that they would
    /// get if the network saw the whole batch, so that a run does not depend on the number of processes.
    /// </summary>
    /// <remarks>
    /// The default does less: each process has a separate stream. Such a network trains as well, but not to the same bits on another
    /// number of processes.
    /// </remarks>
    /// <param name="seed">The seed; any number.</param>
    /// <param name="firstExample">The place of the first example in the batch. Range: ≥ 0.</param>
    /// <param name="batchSize">The number of examples in the batch of all processes. Range: ≥ 1.</param>
    void SeedStochasticLayers(long seed, int firstExample, int batchSize) =>
        SeedStochasticLayers(unchecked(seed + firstExample * 0x1E3779B97F4A7C15L));
}
