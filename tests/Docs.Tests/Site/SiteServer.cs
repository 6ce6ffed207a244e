using System.Net;
using System.Net.Sockets;

namespace Docs.Tests.Site;

/// <summary>Serves a folder on this machine, as a web host does: search reads its index over HTTP.</summary>
internal sealed class SiteServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string folder;

    public SiteServer(string folder)
    {
        this.folder = folder;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        _ = ServeAsync();
    }

    /// <summary>The address of the folder.</summary>
    public Uri Address { get; }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            string file = Path.GetFullPath(Path.Combine(folder, context.Request.Url!.AbsolutePath.TrimStart('/')));
            using HttpListenerResponse response = context.Response;
            if (!file.StartsWith(folder, StringComparison.Ordinal) || !File.Exists(file))
            {
                response.StatusCode = 404;
                continue;
            }

            response.ContentType = Path.GetExtension(file) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".js" => "text/javascript",
                ".css" => "text/css",
                ".json" => "application/json",
                ".svg" => "image/svg+xml",
                ".png" => "image/png",
                _ => "application/octet-stream",
            };
            await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(file));
        }
    }
}
