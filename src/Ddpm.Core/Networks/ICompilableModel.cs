using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Prepares a network for many predictions without gradients. Samplers, bounds and calibrations call it at the start of each run, so
/// programs need not. Networks without this interface predict unprepared.
/// </summary>
public interface ICompilableModel : IEpsilonModel
{
    /// <summary>Prepares the network for a run on one thread; each concurrent run calls it separately.</summary>
    /// <param name="logger">Receives how the network will predict.</param>
    /// <returns>
    /// A model that gives this one's predictions to rounding, even after the weights change during the run; an
    /// <see cref="IConditionalEpsilonModel"/> where this is one. The caller disposes it, before this one.
    /// </returns>
    CompiledModel Compile(ILogger logger);
}
