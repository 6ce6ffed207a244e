using Ddpm.Core;
using Ddpm.Inference;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ddpm.Hosting;

/// <summary>The place of one named model: loads it when it is needed, and exchanges it when it is to be read again.</summary>
internal sealed partial class ModelSlot : IDisposable
{
    private readonly string name;
    private readonly IOptionsMonitor<DdpmOptions> options;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly IDisposable? changes;
    private ServedModel? current;
    private Task? pending;
    private bool disposed;

    /// <param name="name">The name of the model.</param>
    /// <param name="options">The options, by the model's name; a change loads the model again if it was loaded.</param>
    /// <param name="logger">Receives what happens.</param>
    public ModelSlot(string name, IOptionsMonitor<DdpmOptions> options, ILogger logger)
    {
        (this.name, this.options, this.logger) = (name, options, logger);
        changes = options.OnChange((options, changed) =>
        {
            if (changed == name && State is ModelState.Ready or ModelState.Failed) _ = Exchange();
        });
    }

    /// <summary>Gets where the model is in its life.</summary>
    public ModelState State { get; private set; }

    /// <summary>Gets what went wrong when the model was last read; null where nothing did.</summary>
    public string? Problem { get; private set; }

    /// <summary>Holds the model, which is loaded first if it is not; the caller releases it.</summary>
    /// <exception cref="ModelUnavailableException">It cannot be loaded.</exception>
    public async Task<ServedModel> HoldAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task loading;
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                if (current?.TryHold() == true) return current;
                if (pending is null or { IsCompleted: true }) pending = LoadAfterAsync(null);
                loading = pending;
            }

            await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the model again; requests that are there end with the old one, and if the new one is faulty, it stays.</summary>
    /// <exception cref="ModelUnavailableException">It cannot be loaded.</exception>
    public Task ReloadAsync(CancellationToken cancellationToken) => Exchange().WaitAsync(cancellationToken);

    public void Dispose()
    {
        changes?.Dispose();
        ServedModel? old;
        lock (gate)
        {
            disposed = true;
            (old, current) = (current, null);
        }

        old?.Release();
    }

    private Task Exchange()
    {
        lock (gate) return pending = LoadAfterAsync(pending);
    }

    // One after the other: what was read last stays.
    private async Task LoadAfterAsync(Task? before)
    {
        if (before is not null) await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(Load).ConfigureAwait(false);
    }

    private void Load()
    {
        if (State != ModelState.Ready) State = ModelState.Loading;
        try
        {
            DdpmOptions read = options.Get(name);
            LoadingModel(name, read.Folder);
            InferenceModel inference = read.Load?.Invoke() ?? InferenceModel.Load(read.Folder!);
            InferenceModel? weak = null;
            ServedModel? model = null;
            try
            {
                weak = read.LoadWeak?.Invoke() ?? (read.WeakFolder is { } folder ? InferenceModel.Load(folder) : null);
                model = new ServedModel(name, inference, weak, read);
            }
            finally
            {
                if (model is null)
                {
                    inference.Dispose();
                    weak?.Dispose();
                }
            }

            Replace(model);
            ModelLoaded(name, model.Title);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Problem = ArgumentMessage.Of(exception);
            if (State != ModelState.Ready) State = ModelState.Failed;
            LoadingFailed(exception, name);
            throw new ModelUnavailableException($"The model {name} cannot be loaded: {Problem}", exception);
        }
    }

    private void Replace(ServedModel model)
    {
        ServedModel? old;
        lock (gate)
        {
            (old, current) = disposed ? (model, null) : (current, model);
            (State, Problem) = (ModelState.Ready, null);
        }

        old?.Release();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Loading the model {Name} from {Folder}")]
    private partial void LoadingModel(string name, string? folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded the model {Name}: {Title}")]
    private partial void ModelLoaded(string name, string title);

    [LoggerMessage(Level = LogLevel.Error, Message = "The model {Name} cannot be loaded")]
    private partial void LoadingFailed(Exception exception, string name);
}
