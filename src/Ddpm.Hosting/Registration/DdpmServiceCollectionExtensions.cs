using Ddpm.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models as services.</summary>
public static class DdpmServiceCollectionExtensions
{
    /// <summary>The name of a model that was given none.</summary>
    private const string DefaultName = "ddpm";

    /// <summary>Adds the only model as <see cref="IDdpmService"/>, under the name "ddpm".</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the model and its limits, which the host checks when it starts.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddDdpm(this IServiceCollection services, Action<DdpmOptions> configure) =>
        AddDdpm(services, DefaultName, configure);

    /// <summary>
    /// Adds a model as the keyed <see cref="IDdpmService"/> of its name. The first model is also the <see cref="IDdpmService"/> without a
    /// key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name of the model.</param>
    /// <param name="configure">Sets the model and its limits, which the host checks when it starts.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The name is blank, or another model has it.</exception>
    public static IServiceCollection AddDdpm(this IServiceCollection services, string name, Action<DdpmOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var models = (DdpmModels?)services.FirstOrDefault(service => service.ServiceType == typeof(DdpmModels))?.ImplementationInstance;
        if (models is null) services.AddSingleton(models = new DdpmModels());
        if (!models.Add(name))
        {
            throw new ArgumentException($"name must be another than those of the models before, but is \"{name}\".", nameof(name));
        }

        services.AddOptions<DdpmOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DdpmOptions>, DdpmOptionsValidation>());
        services.TryAddSingleton(provider => new WorkerPool(HostLogger.Of<RunWorker>(provider)));
        services.AddKeyedSingleton<IDdpmService>(name, (provider, _) => new DdpmService(
            name,
            provider.GetRequiredService<IOptionsMonitor<DdpmOptions>>(),
            provider.GetRequiredService<WorkerPool>(),
            HostLogger.Of<DdpmService>(provider)));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<IDdpmService>(models.Names[0]));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DdpmHostedService>());
        return services;
    }
}
