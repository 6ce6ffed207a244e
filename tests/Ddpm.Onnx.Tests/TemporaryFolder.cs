namespace Ddpm.Onnx.Tests;

/// <summary>A folder for the length of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-onnx-");

    /// <summary>The folder.</summary>
    public string Path => folder.FullName;

    /// <summary>A file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}
