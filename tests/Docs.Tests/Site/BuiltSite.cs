using System.Net;
using System.Text.RegularExpressions;

namespace Docs.Tests.Site;

/// <summary>A built documentation site: its pages, and the addresses and anchors that they hold.</summary>
internal static partial class BuiltSite
{
    /// <summary>The folder of the site, from DDPM_SITE; null where that is not set.</summary>
    public static string? Folder { get; } =
        Environment.GetEnvironmentVariable("DDPM_SITE") is { Length: > 0 } folder ? Path.GetFullPath(folder, Pages.Root) : null;

    /// <summary>The pages' files.</summary>
    public static IReadOnlyList<string> Files => Directory.GetFiles(Folder!, "*.html", SearchOption.AllDirectories);

    /// <summary>What a page links to or shows, as written.</summary>
    public static IEnumerable<string> LinksOf(string html) => Link().Matches(Script().Replace(html, ""))
        .Select(match => WebUtility.HtmlDecode(match.Groups["target"].Value));

    /// <summary>The anchors of a page.</summary>
    public static IEnumerable<string> AnchorsOf(string html) => Anchor().Matches(html)
        .Select(match => WebUtility.HtmlDecode(match.Groups["name"].Value));

    [GeneratedRegex("""\s(?:href|src)="(?<target>[^"]*)["]""")]
    private static partial Regex Link();

    [GeneratedRegex("""\s(?:id|name)="(?<name>[^"]*)["]""")]
    private static partial Regex Anchor();

    [GeneratedRegex("<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Script();
}
