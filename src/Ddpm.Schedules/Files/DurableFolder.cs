using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ddpm.Core;

/// <summary>
/// Creates, renames and removes folders whole. A new name survives a power failure only when the folder that lists it is flushed too;
/// Windows flushes the list without a call.
/// </summary>
public static class DurableFolder
{
    private const int ReadOnly = 0;

    // The file system compares no names: those of Windows and of Wine differ in what a pattern with several dots means.
    private static readonly EnumerationOptions Names = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Flushes the list of a folder's files to the disk. Does nothing on Windows, or where the file system refuses.</summary>
    /// <param name="folder">The folder.</param>
    public static void Flush(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (OperatingSystem.IsWindows()) return;
        FileProbe.Before("flush folder", folder);
        using var handle = new SafeFileHandle(open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly), ownsHandle: true);
        if (handle.IsInvalid) return;
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException)
        {
            // Some network file systems have no flush of folders: what they promise is theirs to keep.
        }
    }

    /// <summary>Creates a folder and its parents, and flushes the lists that name the new ones.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public static void Create(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.GetFullPath(folder);
        if (Directory.Exists(full)) return;
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) Create(parent);
        FileProbe.Before("create folder", full);
        Directory.CreateDirectory(full);
        if (parent is not null) Flush(parent);
    }

    /// <summary>Renames a folder within its parent, and flushes the parent.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">The new name, which must be free.</param>
    /// <exception cref="IOException">The folder cannot be renamed.</exception>
    public static void Move(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        FileProbe.Before("rename folder", to);
        Directory.Move(from, to);
        Flush(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Removes a folder: it loses its name first, so that a reader sees it whole or not at all.</summary>
    /// <param name="folder">The folder, which may be absent.</param>
    /// <exception cref="IOException">The folder cannot be removed.</exception>
    public static void Remove(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.GetFullPath(folder);
        if (!Directory.Exists(full)) return;
        string name = Path.GetFileName(full);
        string doomed = name.EndsWith(".tmp", StringComparison.Ordinal)
            ? full
            : Path.Combine(Path.GetDirectoryName(full)!, $".{name}.{Guid.NewGuid():N}.tmp");
        if (doomed != full) Move(full, doomed);
        foreach (string file in Directory.GetFiles(doomed, "*", SearchOption.AllDirectories))
        {
            FileProbe.Before("delete", file);
            File.Delete(file);
        }

        FileProbe.Before("delete folder", doomed);
        Directory.Delete(doomed, recursive: true);
    }

    /// <summary>
    /// Removes what a killed process left behind: the entries that <see cref="AtomicFile"/> and this class had under temporary names.
    /// </summary>
    /// <param name="folder">The folder to clean, which may be absent.</param>
    /// <param name="name">The names that the entries were to have, with * for any text.</param>
    /// <exception cref="IOException">An entry cannot be removed.</exception>
    public static void RemoveLeftovers(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!Directory.Exists(folder)) return;
        string pattern = $".{name}.*.tmp";
        foreach (string unfinished in Directory.GetDirectories(folder, pattern, Names)) Remove(unfinished);
        foreach (string unfinished in Directory.GetFiles(folder, pattern, Names))
        {
            FileProbe.Before("delete", unfinished);
            File.Delete(unfinished);
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);
}
