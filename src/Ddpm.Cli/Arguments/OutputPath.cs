namespace Ddpm.Cli.Arguments;

/// <summary>
/// Tries what a command is to write before its work, so that nothing is computed that cannot be kept. The samples compile this file too.
/// </summary>
internal static class OutputPath
{
    /// <summary>Makes a folder and tries a file in it.</summary>
    /// <param name="option">The option that names the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder cannot be made, or no file in it.</exception>
    public static void RequireFolder(string option, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            Try(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option} must be a folder to write into, but {folder} is not: {exception.Message}", exception);
        }
    }

    /// <summary>Tries a file beside one that is to be written.</summary>
    /// <param name="option">The option that names the file.</param>
    /// <param name="file">The file; null for none.</param>
    /// <exception cref="IOException">The file's folder does not exist, or no file can be made in it.</exception>
    public static void RequireFile(string option, string? file)
    {
        if (file is null) return;
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        try
        {
            if (Directory.Exists(file)) throw new IOException("it is a folder.");
            if (!Directory.Exists(folder)) throw new IOException($"the folder {folder} does not exist.");
            Try(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option} must be a file that can be written, but {file} is not: {exception.Message}", exception);
        }
    }

    /// <summary>Refuses to write over a model that exists.</summary>
    /// <param name="folder">The folder that is to be written.</param>
    /// <param name="overwrite">Whether it may be.</param>
    /// <exception cref="UsageException">It is not empty, or a file.</exception>
    public static void RequireUnused(string folder, bool overwrite)
    {
        if (File.Exists(folder)) throw new UsageException($"{folder} must be a folder, but is a file.");
        if (overwrite || !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()) return;
        throw new UsageException($"{folder} is not empty: give another folder, or --overwrite.");
    }

    /// <summary>Refuses a file whose name says no format of plots.</summary>
    /// <param name="option">The option that names the file.</param>
    /// <param name="file">The file; null for none.</param>
    /// <exception cref="UsageException">It ends neither with .png nor with .svg.</exception>
    public static void RequirePlot(string option, string? file)
    {
        if (file is null || Path.GetExtension(file).ToLowerInvariant() is ".png" or ".svg") return;
        throw new UsageException($"{option} must be a file that ends with .png or .svg, but is {file}.");
    }

    private static void Try(string folder)
    {
        string trial = Path.Combine(folder, Path.GetRandomFileName());
        using FileStream file = new(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }
}
