namespace Ddpm.Core;

/// <summary>Where an application's native libraries lie.</summary>
internal static class NativeDirectories
{
    /// <summary>
    /// Returns the folders of the host's search list, then the application's own, then its folder for this platform, then NuGet's for
    /// scripts; each once, existing ones only.
    /// </summary>
    public static IReadOnlyList<string> All()
    {
        string search = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        IEnumerable<string> candidates = search.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Concat(NuGetFolder.NativeDirectories());
        return [.. candidates.Select(Path.TrimEndingDirectorySeparator).Distinct().Where(Directory.Exists)];
    }
}
