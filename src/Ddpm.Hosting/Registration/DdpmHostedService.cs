using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ddpm.Hosting;

/// <summary>
/// Warms models up when the host starts, and ends all runs before anything else of the host stops, for streams wait for them.
/// </summary>
internal sealed partial class DdpmHostedService(DdpmModels models, WorkerPool workers, IServiceProvider services)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly ILogger logger = HostLogger.Of<DdpmHostedService>(services);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string name in models.Names) _ = WarmUpAsync(name);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        workers.Stop("The server was stopped.");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stopping.Dispose();

    // The slot logs what fails, and the health check shows it.
    private async Task WarmUpAsync(string name)
    {
        try
        {
            var service = (DdpmService)services.GetRequiredKeyedService<IDdpmService>(name);
            await service.WarmUpAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            NotWarm(exception, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The model {Name} did not warm up")]
    private partial void NotWarm(Exception exception, string name);
}
