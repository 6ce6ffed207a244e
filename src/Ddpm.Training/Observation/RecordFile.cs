using System.Text;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// A file that grows by a record at a time, each on the disk before the next step, and is cut back where a run resumes from an earlier
/// step.
/// </summary>
internal sealed class RecordFile(string path) : IDisposable
{
    private FileStream? file;

    /// <summary>The bytes of the file; none where it does not exist.</summary>
    public byte[] Contents => File.Exists(path) ? File.ReadAllBytes(path) : [];

    /// <summary>The whole lines of a text file, and where each ends. A line that a killed process left in the middle is none.</summary>
    public static IEnumerable<(string Line, long End)> Lines(byte[] contents)
    {
        int start = 0;
        for (int end = 0; end < contents.Length; end++)
        {
            if (contents[end] != '\n') continue;
            yield return (Encoding.UTF8.GetString(contents, start, end - start), end + 1);
            start = end + 1;
        }
    }

    /// <summary>Opens the file to continue after its first bytes; what follows them is removed.</summary>
    /// <param name="length">How many bytes stay.</param>
    public void Open(long length)
    {
        Dispose();
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full)!;
        DurableFolder.Create(folder);
        FileProbe.Before("open", full);
        file = new FileStream(full, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        DurableFolder.Flush(folder);
        if (file.Length > length)
        {
            FileProbe.Before("cut", full);
            file.SetLength(length);
            file.Flush(flushToDisk: true);
        }

        file.Position = length;
    }

    /// <summary>Adds a record, and waits until it is on the disk.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (file is null) throw new InvalidOperationException("Begin must be called first.");
        FileProbe.Watch(file, path).Write(record);
        FileProbe.Before("flush", path);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line) => Add(Encoding.UTF8.GetBytes(line + "\n"));

    public void Dispose()
    {
        file?.Dispose();
        file = null;
    }
}
