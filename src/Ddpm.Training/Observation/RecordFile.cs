using System.Text;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// A file that grows by a record at a time, each on the disk before the next step, and is cut back where a run resumes from an earlier
/// step.
/// </summary>
internal sealed class RecordFile(string path) : IDisposable
{
    private const int MostShown = 200;
    private FileStream? file;

    /// <summary>Gets the bytes of the file; none where it does not exist.</summary>
    public byte[] Contents => RegularFile.HasContents(path) ? RegularFile.ReadAllBytes(path, Array.MaxLength) : [];

    /// <summary>
    /// Finds where the rows of a text file end that belong to the steps done. A line that a killed process left in the middle is none; a
    /// whole line that is no row, or whose step is not above that of the row before, is damage.
    /// </summary>
    /// <param name="contents">The file.</param>
    /// <param name="start">Where the first row begins.</param>
    /// <param name="trainingStep">The steps done.</param>
    /// <param name="stepOf">The step of a row; null where the line is none.</param>
    /// <returns>The end of the last row; 0 where there is none.</returns>
    /// <exception cref="InvalidDataException">A line is damaged; the message names file and line.</exception>
    public long EndOfRows(byte[] contents, int start, long trainingStep, Func<string, long?> stepOf)
    {
        long kept = 0, before = -1;
        int end;
        for (; (end = Array.IndexOf(contents, (byte)'\n', start)) >= 0; start = end + 1)
        {
            string line = Encoding.UTF8.GetString(contents, start, end - start);
            long step = stepOf(line) is { } known && known > before
                ? known
                : throw new InvalidDataException(
                    $"{path}: line {contents.AsSpan(0, start).Count((byte)'\n') + 1} must be a row of metrics of a step above {before}, " +
                    $"but is {StrictJson.Line(line, MostShown)}");
            if (step > trainingStep) break;
            (kept, before) = (end + 1, step);
        }

        return kept;
    }

    /// <summary>Keeps the file for a run.</summary>
    /// <exception cref="IOException">Another run has the file.</exception>
    public RunLock Take()
    {
        DurableFolder.Create(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return RunLock.OfFile(path);
    }

    /// <summary>Opens the file to continue after its first bytes; what follows them is removed.</summary>
    /// <param name="length">How many bytes stay.</param>
    /// <exception cref="InvalidDataException">The file is a pipe or a device.</exception>
    public void Open(long length)
    {
        Dispose();
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full)!;
        DurableFolder.Create(folder);
        FileProbe.Before("open", full);
        // Opening a pipe to write alone would wait for a reader.
        file = new FileStream(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (!file.CanSeek)
        {
            Dispose();
            throw new InvalidDataException($"{path} must be a regular file, but is a pipe or a device.");
        }

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
