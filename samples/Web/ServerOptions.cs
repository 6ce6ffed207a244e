using System.Net;
using Ddpm.Hosting;

namespace Ddpm.Web;

/// <summary>Where the server listens, what it draws with, and its limits.</summary>
internal sealed record ServerOptions
{
    /// <summary>The folder of the model of clothes that comes with the program.</summary>
    public static readonly string IncludedModel = Path.Combine(AppContext.BaseDirectory, "models", "fashion-mnist-v");

    /// <summary>The address to listen at; the loopback address unless the owner of the machine says otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 5080;

    /// <summary>Sets the model and the limits of its service.</summary>
    public Action<DdpmOptions> Model { get; init; } = options => options.Folder = IncludedModel;

    /// <summary>Sets the limits of the endpoints.</summary>
    public Action<DdpmEndpointOptions>? Endpoints { get; init; }
}
