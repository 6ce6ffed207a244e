using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// A network that can be made ready for many predictions without gradients. Samplers, bounds and calibrations ask for it at the start of
/// each run, so that programs need not. Other networks predict as they are.
/// </summary>
public interface ICompilableModel : IEpsilonModel
{
    /// <summary>Makes the network ready for a run on one thread; several runs at once each ask for their own.</summary>
    /// <param name="logger">Receives how the network will predict.</param>
    /// <returns>
    /// A model with this one's predictions to rounding, also after the weights change during the run; an
    /// <see cref="IConditionalEpsilonModel"/> where this is one. The caller disposes it, before this one.
    /// </returns>
    CompiledModel Compile(ILogger logger);
}
