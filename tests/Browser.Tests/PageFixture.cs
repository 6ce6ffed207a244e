using Ddpm.Onnx;
using Ddpm.Tests;

namespace Browser.Tests;

/// <summary>A server of the page with three models, and a browser with WebGPU.</summary>
public sealed class PageFixture : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo models = Directory.CreateTempSubdirectory("ddpm-browser-");
    private readonly ChromiumBrowser browser = new(webGpu: true);
    private PageServer server = null!;

    public async Task InitializeAsync()
    {
        OnnxExport.Save(Path.Combine(models.FullName, "clothes.onnx"), PageServer.Model);
        SmallModel.Export(Path.Combine(models.FullName, "small.onnx"));
        SmallModel.ExportDistilled(Path.Combine(models.FullName, "distilled.onnx"));
        server = await PageServer.StartAsync(models.FullName);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        models.Delete(recursive: true);
    }

    public void Dispose() => browser.Dispose();

    /// <summary>Opens the page with the settings of a query.</summary>
    internal Chromium Open(string query) => browser.Open(new Uri(server.Address, query));
}
