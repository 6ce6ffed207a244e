using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddpm.Core;

/// <summary>A network that is ready for a run, and what it holds for that. Owns the latter.</summary>
public sealed class CompiledModel : IDisposable
{
    private readonly IDisposable? owned;

    /// <summary>Puts both together.</summary>
    /// <param name="model">The model to predict with.</param>
    /// <param name="owned">What is disposed at the end of the run; null for nothing.</param>
    public CompiledModel(IEpsilonModel model, IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        this.owned = owned;
    }

    /// <summary>The model to predict with.</summary>
    public IEpsilonModel Model { get; }

    /// <summary>Makes a network ready where it can be; otherwise the model is the network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="logger">Receives how it will predict. Default: no logging.</param>
    /// <returns>The model; the caller disposes it at the end of the run. The network stays as it is.</returns>
    public static CompiledModel Of(IEpsilonModel model, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model is ICompilableModel compilable ? compilable.Compile(logger ?? NullLogger.Instance) : new CompiledModel(model);
    }

    /// <summary>Frees what was made for the run.</summary>
    public void Dispose() => owned?.Dispose();
}
