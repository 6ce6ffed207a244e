using Ddpm.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers health checks of models.</summary>
public static class DdpmHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of a model: loading, ready, or failed with the reason.</summary>
    /// <param name="builder">The checks.</param>
    /// <param name="model">The name of the model. Default: the first.</param>
    /// <param name="name">The name of the check. Default: that of the model, or "ddpm".</param>
    /// <param name="failureStatus">The status of a model that cannot be loaded. Default: unhealthy.</param>
    /// <param name="tags">The tags of the check. Default: none.</param>
    /// <returns>The checks.</returns>
    public static IHealthChecksBuilder AddDdpm(
        this IHealthChecksBuilder builder,
        string? model = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? model ?? "ddpm",
            services => new DdpmHealthCheck(model is null
                ? services.GetRequiredService<IDdpmService>()
                : services.GetRequiredKeyedService<IDdpmService>(model)),
            failureStatus,
            tags));
    }
}
