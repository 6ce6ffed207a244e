namespace Ddpm.Core;

/// <summary>Seeds the layers of a network that draw random numbers in training, such as dropout.</summary>
public interface IStochasticModel
{
    /// <summary>
    /// Restarts the random numbers of these layers. A trainer calls it before every step, so that a run can be repeated and resumed.
    /// </summary>
    /// <param name="seed">The seed; any number.</param>
    void SeedStochasticLayers(long seed);

    /// <summary>
    /// Restarts the random numbers when several processes share a batch and this one sees some of its examples. The examples get the
    /// numbers that they would get if the network saw the whole batch, so that a run does not depend on the number of processes.
    /// </summary>
    /// <remarks>
    /// The default implementation gives each process a separate stream. Such a network trains equally well, but another number of processes
    /// gives other bits.
    /// </remarks>
    /// <param name="seed">The seed; any number.</param>
    /// <param name="firstExample">The place of the first example in the batch. Range: ≥ 0.</param>
    /// <param name="batchSize">The number of examples in the batch of all processes. Range: ≥ 1.</param>
    void SeedStochasticLayers(long seed, int firstExample, int batchSize) =>
        SeedStochasticLayers(unchecked(seed + firstExample * 0x1E3779B97F4A7C15L));
}
