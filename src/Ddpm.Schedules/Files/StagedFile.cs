using System.Diagnostics;

namespace Ddpm.Core;

/// <summary>Holds a file that is written in full under a temporary name. Disposal removes it if it was not put in place.</summary>
public sealed class StagedFile : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);

    // Windows replaces no file that is open anywhere, and readers and virus scanners have one open for moments.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string temporary;
    private bool done;

    internal StagedFile(string temporary, string path)
    {
        this.temporary = temporary;
        FilePath = path;
    }

    /// <summary>Gets the path that the file will have.</summary>
    public string FilePath { get; }

    /// <summary>
    /// Puts the file in place; replaces an existing one. On Windows it waits some seconds for programs that have that one open.
    /// </summary>
    /// <exception cref="IOException">The file cannot be replaced; the old one is untouched.</exception>
    public void Commit()
    {
        if (done) return;
        FileProbe.Before("rename", FilePath);
        long begun = Stopwatch.GetTimestamp();
        while (!TryReplace(Stopwatch.GetElapsedTime(begun) < Patience))
        {
            FileProbe.Before("wait", FilePath);
            Thread.Sleep(10);
        }

        done = true;
        DurableFolder.Flush(Path.GetDirectoryName(FilePath)!);
    }

    /// <summary>Removes the temporary file if it was not put in place.</summary>
    public void Dispose()
    {
        if (done) return;
        done = true;
        FileProbe.Before("delete", temporary);
        File.Delete(temporary);
    }

    private bool TryReplace(bool mayWait)
    {
        try
        {
            File.Move(temporary, FilePath, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (mayWait && IsOpenElsewhere(exception)) return false;
            // The message of Windows names no file.
            throw new IOException($"{FilePath} cannot be replaced: {exception.Message}", exception);
        }
    }

    private bool IsOpenElsewhere(Exception exception) =>
        OperatingSystem.IsWindows() && (exception is UnauthorizedAccessException || exception.HResult == SharingViolation) &&
        File.Exists(FilePath) && !new FileInfo(FilePath).IsReadOnly;
}
