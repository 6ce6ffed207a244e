namespace Docs.Tests;

/// <summary>The pages of the repository.</summary>
internal static class Pages
{
    /// <summary>The repository's root: the folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The README of the repository.</summary>
    public static string Readme { get; } = Absolute("README.md");

    /// <summary>The guides and what belongs to them.</summary>
    public static IEnumerable<string> Guides =>
        Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The pages that go into packages, one for each library.</summary>
    public static IEnumerable<string> OfPackages => OfSources
        .Where(page => Path.GetFileName(Path.GetDirectoryName(page)) != "Ddpm.Cli"); // a program: its page shows commands

    /// <summary>All pages that people read.</summary>
    public static IEnumerable<string> All =>
    [
        Readme, Absolute("CONTRIBUTING.md"), Absolute("SECURITY.md"), Absolute("templates/README.md"),
        .. Guides, .. OfSources, .. OfSamples,
    ];

    /// <summary>The name of a page from the root, with slashes.</summary>
    public static string Relative(string page) => Path.GetRelativePath(Root, page).Replace('\\', '/');

    /// <summary>The path of a page.</summary>
    /// <param name="page">Its name from the root.</param>
    public static string Absolute(string page) => Path.GetFullPath(Path.Combine(Root, page));

    private static IEnumerable<string> OfSources => Directory.GetDirectories(Path.Combine(Root, "src"))
        .Select(folder => Path.Combine(folder, "README.md")).Order(StringComparer.Ordinal);

    private static IEnumerable<string> OfSamples =>
        Directory.GetFiles(Path.Combine(Root, "samples"), "README.md", SearchOption.AllDirectories)
            .Where(page => !Relative(page).Split('/').Any(folder => folder is "bin" or "node_modules")).Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ddpm.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Ddpm.sln.");
    }
}
