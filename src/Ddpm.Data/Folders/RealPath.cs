namespace Ddpm.Data.Folders;

/// <summary>Where a path leads, with every link of it followed.</summary>
internal static class RealPath
{
    // What Linux follows.
    private const int MostLinks = 40;

    /// <summary>Follows the links of a path; what does not exist is kept as it is.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), current = Path.GetPathRoot(full)!;
        var ahead = new Stack<string>();
        Push(ahead, full[current.Length..]);
        int links = 0;
        while (ahead.TryPop(out string? part))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            string next = Path.Combine(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks) throw new IOException($"{path} leads over more than {MostLinks} links.");
            string root = Path.GetPathRoot(target) ?? "";
            if (root.Length > 0) current = Path.GetPathRoot(Path.GetFullPath(target))!;
            Push(ahead, target[root.Length..]);
        }

        return current;
    }

    /// <summary>Returns whether a path is a folder or lies in it; both with their links followed.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(
            Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static void Push(Stack<string> ahead, string parts)
    {
        foreach (string part in parts.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Reverse()) ahead.Push(part);
    }
}
