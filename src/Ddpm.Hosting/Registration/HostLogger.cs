using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddpm.Hosting;

/// <summary>The loggers of a host; one that logs nothing where there is no logging.</summary>
internal static class HostLogger
{
    /// <summary>Returns the logger of a type.</summary>
    public static ILogger Of<T>(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger<T>() ?? (ILogger)NullLogger.Instance;
}
