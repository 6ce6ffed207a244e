using System.Text;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>A text file that grows by a line at a time, and is cut back where a run resumes from an earlier step.</summary>
internal sealed class MetricRows(string path) : IDisposable
{
    private StreamWriter? writer;

    /// <summary>The lines of the file.</summary>
    public IReadOnlyList<string> Lines => File.Exists(path) ? File.ReadAllLines(path) : [];

    /// <summary>Opens the file with no more than some lines.</summary>
    public void Open(IReadOnlyList<string> kept)
    {
        Dispose();
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        // Also where the number is the same: the last line may end in the middle.
        if (File.Exists(full))
        {
            AtomicFile.Write(full, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n")))));
        }

        writer = new StreamWriter(new FileStream(full, FileMode.Append, FileAccess.Write, FileShare.Read)) { NewLine = "\n" };
    }

    /// <summary>Adds a line, in one piece.</summary>
    public void Add(string line)
    {
        if (writer is null) throw new InvalidOperationException("Begin must be called first.");
        writer.WriteLine(line);
        writer.Flush();
    }

    public void Dispose()
    {
        writer?.Dispose();
        writer = null;
    }
}
