using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>
/// Marks folders that programs write, such as training runs and their samples. <see cref="ImageFolder"/> leaves marked folders out, so that
/// a run may be stored inside its data.
/// </summary>
public static class OutputFolder
{
    /// <summary>Names the file that marks a folder. A folder without it is read like any other.</summary>
    public const string MarkerName = ".ddpm-output";

    /// <summary>Marks a folder; does nothing if it is marked already.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Mark(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string marker = Path.Combine(folder, MarkerName);
        // That it is there is all that counts.
        if (!File.Exists(marker)) File.WriteAllText(marker, "Ddpm.NET wrote this folder: folders of images that are read leave it out.\n");
    }

    /// <summary>
    /// Returns whether a folder is marked, is locked by a run, or is a run or a folder of samples from before marks existed.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Whether folders of images leave it out.</returns>
    public static bool IsMarked(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        bool HasFolder(string name) => Directory.Exists(Path.Combine(folder, name));
        return Has(MarkerName)
            || Has(RunLock.FileName("run"))
            || Has(RunLock.FileName("grids"))
            || (Has("samples.json") && HasFolder("images"))
            || (Has("metrics.jsonl") && HasFolder("checkpoints"));
    }
}
