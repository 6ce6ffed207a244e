using Ddpm.Data;

namespace Ddpm.Cli.Images;

/// <summary>A data set that was opened. Dispose it to free it.</summary>
/// <param name="Data">The examples.</param>
/// <param name="Folder">The folder that they come from; null for other data.</param>
internal sealed record OpenedImages(IDataset Data, ImageFolder? Folder) : IDisposable
{
    public void Dispose() => (Data as IDisposable)?.Dispose();
}
