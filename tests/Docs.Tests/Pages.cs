namespace Docs.Tests;

/// <summary>The pages of the repository.</summary>
internal static class Pages
{
    /// <summary>The repository's root: where the solution is.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The pages that go into packages, one for each library.</summary>
    public static IEnumerable<string> OfPackages => Directory.GetDirectories(Path.Combine(Root, "src"))
        .Where(folder => Path.GetFileName(folder) != "Ddpm.Cli") // a program: its page shows commands
        .Select(folder => Path.Combine(folder, "README.md")).Order(StringComparer.Ordinal);

    /// <summary>All pages that people read.</summary>
    public static IEnumerable<string> All => Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(Root, "README.md")).Concat(OfPackages).Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ddpm.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Ddpm.sln.");
    }
}
