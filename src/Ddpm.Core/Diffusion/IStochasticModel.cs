namespace Ddpm.Core;

/// <summary>A network with layers that draw random numbers in training, such as dropout.</summary>
public interface IStochasticModel
{
    /// <summary>Restarts the random numbers of those layers. A trainer calls it before every step, so that a run can be repeated and resumed.</summary>
    /// <param name="seed">The seed; any number.</param>
    void SeedStochasticLayers(long seed);
}
