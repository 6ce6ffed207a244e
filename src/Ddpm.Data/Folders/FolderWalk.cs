using Ddpm.Imaging;

namespace Ddpm.Data.Folders;

/// <summary>
/// Lists the images of a folder by one rule at every depth: hidden and system folders, folders that programs of ours wrote, and links to
/// what is read anyway are left out, as are files whose names are no image's. Links to other folders are followed, each folder once. Paths
/// are those below the folder as it was named, in ordinal order.
/// </summary>
internal sealed class FolderWalk
{
    private const string Hidden = "hidden", Systems = "of the system", Written = "written by ddpm",
        Linked = "linked to what is read anyway", Unlisted = "folders that cannot be listed";

    // Of Synology, QNAP, macOS, Windows and ext4. Names that begin with a point are hidden anyway.
    private static readonly string[] SystemNames =
    [
        "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "__MACOSX", "Network Trash Folder", "Temporary Items",
        "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "lost+found", "__pycache__",
    ];

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private readonly bool skipUnlisted;
    private readonly string root;
    private readonly HashSet<string> visited = new(StringComparer.Ordinal);
    private readonly Queue<(string Path, List<string> Files)> links = new();
    private readonly Dictionary<string, (int Count, string Example)> leftOut = new(StringComparer.Ordinal);
    private readonly List<string> own = [];
    private readonly SortedDictionary<string, List<string>> subfolders = new(StringComparer.Ordinal);

    /// <summary>Walks through a folder.</summary>
    /// <param name="folder">The folder; it is read whatever it is.</param>
    /// <param name="skipUnlisted">Whether folders in it that cannot be listed are left out.</param>
    /// <exception cref="InvalidDataException">A folder cannot be listed, and is not to be left out.</exception>
    public FolderWalk(string folder, bool skipUnlisted)
    {
        this.skipUnlisted = skipUnlisted;
        root = RealPath.Of(folder);
        Visit(folder, root, null);
        // Folders of their own come before links to them.
        while (links.TryDequeue(out (string Path, List<string> Files) link)) Follow(link.Path, link.Files);
    }

    /// <summary>Gets the images that lie in the folder itself.</summary>
    public IReadOnlyList<string> Own => [.. own.Order(StringComparer.Ordinal)];

    /// <summary>Gets the subfolders, each with its images at any depth.</summary>
    public IReadOnlyList<(string Path, IReadOnlyList<string> Files)> Subfolders =>
        [.. subfolders.Select(entry => (entry.Key, (IReadOnlyList<string>)[.. entry.Value.Order(StringComparer.Ordinal)]))];

    /// <summary>Gets what is left out, by reason.</summary>
    public IReadOnlyList<LeftOutFiles> LeftOut =>
        [.. leftOut.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new LeftOutFiles(entry.Key, entry.Value.Count, entry.Value.Example))];

    // Null: the folder itself, each subfolder of which has a list of its own.
    private void Visit(string path, string real, List<string>? files)
    {
        visited.Add(real);
        foreach (FileSystemInfo entry in Entries(path))
        {
            string name = entry.Name, below = Path.Combine(path, name);
            if (name == OutputFolder.MarkerName && files is null) continue;
            if (IsHidden(entry))
            {
                LeaveOut(Hidden, below);
            }
            else if (SystemNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                LeaveOut(Systems, below);
            }
            else if (entry is not DirectoryInfo)
            {
                if (ImageFile.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase)) (files ?? own).Add(below);
                else LeaveOut(NoImage(name), below);
            }
            else if (OutputFolder.IsMarked(below))
            {
                LeaveOut(Written, below);
            }
            else if (entry.LinkTarget is not null)
            {
                links.Enqueue((below, files ?? Subfolder(below)));
            }
            else if (visited.Contains(Path.Combine(real, name)))
            {
                LeaveOut(Linked, below);
            }
            else
            {
                Visit(below, Path.Combine(real, name), files ?? Subfolder(below));
            }
        }
    }

    private void Follow(string link, List<string> files)
    {
        string? real = null;
        try
        {
            real = RealPath.Of(link);
        }
        catch (IOException exception)
        {
            Unlistable(link, exception);
        }

        if (real is null) return;
        bool written = Parents(real).Any(OutputFolder.IsMarked);
        if (written || visited.Contains(real) || RealPath.IsWithin(root, real))
        {
            LeaveOut(written ? Written : Linked, link);
            if (subfolders.GetValueOrDefault(link) == files) subfolders.Remove(link);
            return;
        }

        Visit(link, real, files);
    }

    private List<string> Subfolder(string path) => subfolders[path] = [];

    private FileSystemInfo[] Entries(string path)
    {
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFileSystemInfos("*", All).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Unlistable(path, exception);
            return [];
        }
    }

    private void Unlistable(string path, Exception exception)
    {
        if (!skipUnlisted) throw new InvalidDataException($"{path} cannot be listed: {Unreadable.Reason(path, exception)}", exception);
        LeaveOut(Unlisted, path);
        subfolders.Remove(path);
    }

    private void LeaveOut(string reason, string path)
    {
        (int count, string? example) = leftOut.GetValueOrDefault(reason);
        leftOut[reason] = (count + 1, example is null || string.CompareOrdinal(path, example) < 0 ? path : example);
    }

    private static bool IsHidden(FileSystemInfo entry) =>
        entry.Name.StartsWith('.')
        || (OperatingSystem.IsWindows() && (entry.Attributes & (FileAttributes.Hidden | FileAttributes.System)) != 0);

    private static string NoImage(string name)
    {
        string ending = Path.GetExtension(name).ToLowerInvariant();
        return ending.Length < 2 ? "not read without an ending" : $"not read by their ending {ending}";
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (string? folder = path; folder is not null; folder = Path.GetDirectoryName(folder)) yield return folder;
    }
}
