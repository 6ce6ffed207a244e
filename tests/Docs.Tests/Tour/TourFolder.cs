namespace Docs.Tests.Tour;

/// <summary>The pages and pictures of the tour, in both languages.</summary>
internal static class TourFolder
{
    /// <summary>The folder in English, whose code is that of both languages.</summary>
    public static string English { get; } = Pages.Absolute("docs/tour");

    /// <summary>The folder in Korean.</summary>
    public static string Korean { get; } = Pages.Absolute("docs/ko/tour");

    /// <summary>The pictures that the chapters draw, shown in both languages.</summary>
    public static string Pictures { get; } = Path.Combine(English, "images");

    /// <summary>The names of the chapters' files in the order of reading.</summary>
    public static IReadOnlyList<string> Chapters => ChaptersOf(English);

    /// <summary>The names of the chapters' files in one of the folders.</summary>
    public static IReadOnlyList<string> ChaptersOf(string folder) =>
        [.. Directory.GetFiles(folder, "*.md").Select(path => Path.GetFileName(path)).Where(name => name != "README.md")
            .Order(StringComparer.Ordinal)];
}
