using System.Text.Json;
using Ddpm.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps endpoints of models.</summary>
public static class DdpmEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the endpoints of a model: <c>GET model</c>, <c>POST samples</c>, and <c>jobs</c> for runs that a page watches. Errors are
    /// problem details.
    /// </summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="prefix">The path that all begin with.</param>
    /// <param name="model">The name of the model. Default: the first.</param>
    /// <param name="configure">Sets limits. Default: those of <see cref="DdpmEndpointOptions"/>.</param>
    /// <returns>The endpoints, for conventions such as authorization.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">No such model was added.</exception>
    public static RouteGroupBuilder MapDdpm(
        this IEndpointRouteBuilder endpoints,
        string prefix = "/api",
        string? model = null,
        Action<DdpmEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var options = new DdpmEndpointOptions();
        configure?.Invoke(options);
        IServiceProvider services = endpoints.ServiceProvider;
        var service = (DdpmService)(model is null
            ? services.GetRequiredService<IDdpmService>()
            : services.GetRequiredKeyedService<IDdpmService>(model));
        // What describes an API asks these options for the JSON of bodies.
        JsonSerializerOptions json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        if (!json.IsReadOnly) json.TypeInfoResolverChain.Add(DescribedTypes.Default);
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        ModelRoutes.Map(group, new ModelEndpoints(service, options.Validated()));
        return group;
    }
}
