using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddpm.Core;

/// <summary>Holds a network that is ready for a run, and owns what it uses for that run.</summary>
public sealed class CompiledModel : IDisposable
{
    private readonly IDisposable? owned;

    /// <summary>Creates the pair of a model and what it owns for the run.</summary>
    /// <param name="model">The model to predict with.</param>
    /// <param name="owned">What is disposed at the end of the run; null for nothing.</param>
    public CompiledModel(IEpsilonModel model, IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        this.owned = owned;
    }

    /// <summary>Gets the model to predict with.</summary>
    public IEpsilonModel Model { get; }

    /// <summary>Prepares a network for a run where it can be compiled; otherwise the model is the network itself.</summary>
    /// <param name="model">The network.</param>
    /// <param name="logger">Receives how the network will predict. Default: no logging.</param>
    /// <returns>The model; the caller disposes it at the end of the run. The network does not change.</returns>
    public static CompiledModel Of(IEpsilonModel model, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model is ICompilableModel compilable ? compilable.Compile(logger ?? NullLogger.Instance) : new CompiledModel(model);
    }

    /// <summary>Frees what was made for the run.</summary>
    public void Dispose() => owned?.Dispose();
}
