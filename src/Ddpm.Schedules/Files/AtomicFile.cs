namespace Ddpm.Core;

/// <summary>
/// Writes files so that a reader sees the old one or the new one, never a part: a crash or a full disk leaves the old one.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary name in the same folder, flushes to the disk, then renames and flushes the folder.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the contents to a stream, which it may not keep.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using StagedFile staged = Stage(path, write);
        staged.Commit();
    }

    /// <summary>
    /// Writes to a temporary name in the same folder and flushes to the disk, so that several files can be renamed one after the other once
    /// all are there.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the contents to a stream, which it may not keep.</param>
    /// <returns>The staged file, which <see cref="StagedFile.Commit"/> puts in place and disposal removes.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static StagedFile Stage(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"path must name a file, but is {path}.", nameof(path));
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} for {Path.GetFileName(full)} does not exist.");
        }

        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            FileProbe.Before("create", temporary);
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            write(FileProbe.Watch(stream, temporary));
            FileProbe.Before("flush", temporary);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            FileProbe.Before("delete", temporary);
            File.Delete(temporary);
            throw;
        }

        return new StagedFile(temporary, full);
    }
}
