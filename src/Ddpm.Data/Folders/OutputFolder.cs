using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>
/// Folders that programs write, such as runs of training and their samples: a file in them says so, and <see cref="ImageFolder"/> leaves
/// them out, so that a run may lie in its own data.
/// </summary>
public static class OutputFolder
{
    /// <summary>The file that marks a folder. Without it the folder is read as any other.</summary>
    public const string MarkerName = ".ddpm-output";

    /// <summary>Marks a folder. Does nothing where it is marked.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Mark(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string marker = Path.Combine(folder, MarkerName);
        // That it is there is all that counts.
        if (!File.Exists(marker)) File.WriteAllText(marker, "Ddpm.NET wrote this folder: folders of images that are read leave it out.\n");
    }

    /// <summary>Whether a folder is marked, was taken by a run, or is a run or a folder of samples from before there were marks.</summary>
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
