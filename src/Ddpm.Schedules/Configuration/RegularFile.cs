using Microsoft.Win32.SafeHandles;

namespace Ddpm.Core;

/// <summary>
/// Opens files that have an end: pipes, devices and folders are refused before they are opened, and a file larger than a limit before it is
/// read.
/// </summary>
internal static class RegularFile
{
    /// <summary>Returns whether a path names a file with contents: no folder, no pipe, no device.</summary>
    /// <param name="path">The path; a link is followed.</param>
    /// <returns>Whether <see cref="Open"/> opens it.</returns>
    public static bool HasContents(string path) => File.Exists(path) && Length(path) > 0;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="limit">The most bytes that the file may have. Range: ≥ 1.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is a folder, a pipe or a device, is empty, or is larger than the limit.</exception>
    public static SafeFileHandle Open(string path, long limit = long.MaxValue)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} must be a file, but is a folder.");
        RequireLength(path, Length(path), limit);
        // A run may have the file open to write, or may rename or remove it: Windows allows it to readers that share both.
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            RequireLength(path, RandomAccess.GetLength(handle), limit);
            return handle;
        }
        catch (NotSupportedException exception)
        {
            handle.Dispose();
            throw new InvalidDataException($"{path} must be a regular file, but is a pipe or a device.", exception);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="limit">The most bytes that the file may have. Range: ≥ 1, below 2 GiB.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is a folder, a pipe or a device, is empty, is larger than the limit, or ended early.
    /// </exception>
    public static byte[] ReadAllBytes(string path, long limit)
    {
        using SafeFileHandle handle = Open(path, Math.Min(limit, Array.MaxLength));
        var bytes = new byte[RandomAccess.GetLength(handle)];
        if (!TryFill(handle, 0, bytes)) throw new InvalidDataException($"{path} ended early: it was shortened while it was read.");
        return bytes;
    }

    /// <summary>Reads bytes from a place in an open file.</summary>
    /// <param name="handle">The open file.</param>
    /// <param name="offset">Where the bytes begin.</param>
    /// <param name="target">Receives the bytes.</param>
    /// <returns>False where the file ended first.</returns>
    public static bool TryFill(SafeFileHandle handle, long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            int read = RandomAccess.Read(handle, target, offset);
            if (read == 0) return false;
            target = target[read..];
            offset += read;
        }

        return true;
    }

    // The system reports a length of 0 for pipes and devices, and opening a pipe waits for its other end: nothing of length 0 is opened.
    private static long Length(string path)
    {
        var file = new FileInfo(path);
        FileSystemInfo? target = file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true);
        file = target is null ? file : new FileInfo(target.FullName);
        return file.Exists ? file.Length : throw new FileNotFoundException(
            $"The file {path} does not exist{(target is null ? "" : $": it is a link to {target.FullName}")}.", path);
    }

    private static void RequireLength(string path, long length, long limit)
    {
        if (length == 0) throw new InvalidDataException($"{path} must be a regular file with contents, but is empty, a pipe or a device.");
        if (length > limit) throw new InvalidDataException($"{path} must have at most {limit} bytes, but has {length}.");
    }
}
