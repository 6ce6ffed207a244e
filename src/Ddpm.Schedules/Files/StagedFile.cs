namespace Ddpm.Core;

/// <summary>Holds a file that is written in full under a temporary name. Disposal removes it if it was not put in place.</summary>
public sealed class StagedFile : IDisposable
{
    private readonly string temporary;
    private bool done;

    internal StagedFile(string temporary, string path)
    {
        this.temporary = temporary;
        FilePath = path;
    }

    /// <summary>Gets the path that the file will have.</summary>
    public string FilePath { get; }

    /// <summary>Puts the file in place; replaces an existing one.</summary>
    /// <exception cref="IOException">The file cannot be replaced; the old one is untouched.</exception>
    public void Commit()
    {
        if (done) return;
        FileProbe.Before("rename", FilePath);
        File.Move(temporary, FilePath, overwrite: true);
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
}
