namespace Ddpm.Architecture.Tests.Compiled;

/// <summary>Gives every compiled package of src, by the name of its project.</summary>
internal static class Packages
{
    public static IReadOnlyDictionary<string, PackageAssembly> All { get; } =
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "packages.txt"))
            .ToDictionary(ProjectOf, path => new PackageAssembly(path));

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    private static string ProjectOf(string assembly)
    {
        string[] parts = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), assembly).Replace('\\', '/').Split('/');
        return parts[0];
    }
}
