using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ddpm.Hosting;

/// <summary>
/// Says whether a model draws: healthy when it does or will load with the first request, degraded while it loads or keeps an old model, and
/// the registration's failure status when it cannot be loaded or the worker has ended.
/// </summary>
internal sealed class DdpmHealthCheck(IDdpmService service) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ServiceStatus status = service.Status;
        var data = new Dictionary<string, object> { ["queued"] = status.Queued, ["running"] = status.IsRunning };
        HealthCheckResult Result(HealthStatus health, string text) => new(health, text, null, data);
        HealthStatus failure = context.Registration.FailureStatus;
        return Task.FromResult(status switch
        {
            { IsAlive: false } => Result(failure, $"The model {service.Name} draws no more: its worker has ended."),
            { Model: ModelState.Failed } => Result(failure, $"The model {service.Name} cannot be loaded: {status.Problem}"),
            { Model: ModelState.Loading } => Result(HealthStatus.Degraded, $"The model {service.Name} is loading."),
            { Problem: { } problem } => Result(HealthStatus.Degraded, $"The model {service.Name} was not exchanged: {problem}"),
            { Model: ModelState.NotLoaded } => Result(HealthStatus.Healthy, $"The first request loads the model {service.Name}."),
            _ => Result(HealthStatus.Healthy, $"The model {service.Name} is ready."),
        });
    }
}
