using System.Text.Json;
using Ddpm.Tests;

namespace Docs.Tests.Site;

/// <summary>The built site as readers meet it, and its table of contents.</summary>
public sealed class SiteTests
{
    [Fact]
    public void Contents_OfTheSite_AreThoseOfTheIndex()
    {
        string contents = Pages.Absolute("docs/toc.yml");
        string[] listed = [.. File.ReadAllLines(contents).Select(line => line.Trim())
            .Where(line => line.StartsWith("href: ", StringComparison.Ordinal))
            .Select(line => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(contents)!, line["href: ".Length..])))];
        MarkdownPage index = MarkdownPage.Read(Pages.Absolute("docs/README.md"));
        listed.Should().OnlyHaveUniqueItems();
        listed.Should().BeEquivalentTo(index.Links.Select(index.Target).Where(target => target.EndsWith(".md", StringComparison.Ordinal))
            .Append(Pages.Absolute("docs/README.md")).Append(Pages.Absolute("SECURITY.md")).Distinct());
    }

    [SiteFact]
    public void Links_OfAllPages_LeadToAPageAFileOrAnAnchor()
    {
        Dictionary<string, string> pages = BuiltSite.Files.ToDictionary(file => file, File.ReadAllText);
        Dictionary<string, HashSet<string>> anchors =
            pages.ToDictionary(page => page.Key, page => BuiltSite.AnchorsOf(page.Value).ToHashSet());
        pages.Should().HaveCountGreaterThan(200, "guides and the pages of all public types");
        var broken = new List<string>();
        foreach ((string page, string html) in pages)
        {
            foreach (string link in BuiltSite.LinksOf(html).Distinct().Where(link => !link.Contains(':', StringComparison.Ordinal)))
            {
                string[] parts = Uri.UnescapeDataString(link).Split('#', 2);
                string file = parts[0].Split('?')[0], anchor = parts.Length == 1 ? "" : parts[1];
                string target = file.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, file));
                bool found = File.Exists(target)
                    && (anchor.Length == 0 || !anchors.TryGetValue(target, out HashSet<string>? names) || names.Contains(anchor));
                if (!found) broken.Add($"{Path.GetRelativePath(BuiltSite.Folder!, page)}: {link}");
            }
        }

        broken.Should().BeEmpty();
    }

    [SiteFact]
    public void References_OfAllPages_LeadToPublicTypes()
    {
        // docfx writes a name without a page as <span class="xref">: right for TorchSharp, which has no site, and wrong for ours.
        var lost = from file in BuiltSite.Files
                   let html = File.ReadAllText(file)
                   where html.Contains("<span class=\"xref\">Ddpm.", StringComparison.Ordinal)
                       || html.Contains("<xref", StringComparison.Ordinal)
                   select Path.GetRelativePath(BuiltSite.Folder!, file);
        lost.Should().BeEmpty();
    }

    [SiteFact]
    public void Contents_OfTheBuiltSite_LeadToPages()
    {
        var broken = from file in Directory.GetFiles(BuiltSite.Folder!, "toc.json", SearchOption.AllDirectories)
                     from link in Targets(JsonDocument.Parse(File.ReadAllText(file)).RootElement)
                     where !File.Exists(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, link)))
                     select $"{Path.GetRelativePath(BuiltSite.Folder!, file)}: {link}";
        broken.Should().BeEmpty();
    }

    [SiteFact(inChromium: true)]
    public void Site_InABrowser_SearchesAndShowsPagesWithoutAnError()
    {
        using var server = new SiteServer(BuiltSite.Folder!);
        using var browser = new ChromiumBrowser();
        using Chromium page = browser.Open(new Uri(server.Address, "index.html"), width: 1400);
        page.All("nav a").Should().NotBeEmpty();
        Chromium.Until(() => page.All("#navbar a").Any(link => link.Text == "API"), "the navigation bar");
        Chromium.Until(() => page.Find("search-query").Enabled, "the search box");
        page.Set("search-query", "DdimInversion");
        Chromium.Until(
            () => page.All("#search-results .sr-item a").Any(link => link.Text.Contains("DdimInversion", StringComparison.Ordinal)),
            "results");

        page.GoTo(new Uri(server.Address, "docs/architecture.html"));
        Chromium.Until(() => page.All("pre.mermaid svg, svg[id^=mermaid]").Count > 0, "the drawing of the packages");
        Chromium.Until(() => page.All("#toc a").Any(link => link.Text == "Train"), "the contents");
        page.Script("document.documentElement.setAttribute('data-bs-theme', 'dark')");
        page.Script("return getComputedStyle(document.body).backgroundColor").Should().NotBe("rgb(255, 255, 255)");

        page.GoTo(new Uri(server.Address, "docs/tour/05-denoising-terms.html"));
        Chromium.Until(() => page.All("mjx-container svg").Count > 4, "the formulas, by the site's own MathJax");

        page.GoTo(new Uri(server.Address, "api/Ddpm.Core.DdpmSampler.html"));
        Chromium.Until(() => page.All("#toc a").Any(link => link.Text == "DdpmSampler"), "the contents of the reference");
        page.Console.Should().BeEmpty();
    }

    private static IEnumerable<string> Targets(JsonElement node)
    {
        if (node.TryGetProperty("href", out JsonElement link) && link.GetString() is { } target
            && !target.Contains(':', StringComparison.Ordinal))
        {
            yield return target.Split('#')[0];
        }

        if (!node.TryGetProperty("items", out JsonElement items)) yield break;
        foreach (string below in items.EnumerateArray().SelectMany(Targets)) yield return below;
    }
}
