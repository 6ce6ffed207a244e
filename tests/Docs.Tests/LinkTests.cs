using System.Text.RegularExpressions;

namespace Docs.Tests;

public sealed partial class LinkTests
{
    private static readonly string Index = Pages.Absolute("docs/README.md");

    private static string[] WithChangelog => [.. Pages.All, Pages.Absolute("CHANGELOG.md")];

    [Fact]
    public void Links_OfAllPages_LeadToAFile()
    {
        var broken = from page in WithChangelog.Select(MarkdownPage.Read)
                     from link in page.Links
                     where !Path.Exists(page.Target(link))
                     select $"{page.Name}: {link}";
        broken.Should().BeEmpty();
    }

    // docfx warns of a link to any other file, and a warning ends the building of the site.
    [Fact]
    public void Links_OfAllPages_LeadToWhatTheSiteHolds()
    {
        string[] held = [".md", ".png", ".svg", ".csv"];
        var others = from page in WithChangelog.Select(MarkdownPage.Read)
                     from link in page.Links
                     let target = page.Target(link)
                     where !held.Contains(Path.GetExtension(target)) && Path.GetFileName(target) != "LICENSE"
                     select $"{page.Name}: {link}";
        others.Should().BeEmpty("a file of code is named in a code span, and has no link");
    }

    [Fact]
    public void Links_WithAnAnchor_LeadToAHeading()
    {
        var broken = from page in WithChangelog.Select(MarkdownPage.Read)
                     from link in page.Links
                     where link.Contains('#', StringComparison.Ordinal) && page.Target(link).EndsWith(".md", StringComparison.Ordinal)
                     where File.Exists(page.Target(link)) // else the test above names it
                     where !MarkdownPage.Read(page.Target(link)).Anchors.Contains(link.Split('#')[1])
                     select $"{page.Name}: {link}";
        broken.Should().BeEmpty();
    }

    [Fact]
    public void Guides_FromTheIndex_AreAllReached()
    {
        var reached = new HashSet<string> { Index };
        var toRead = new Queue<string>(reached);
        while (toRead.TryDequeue(out string? path))
        {
            MarkdownPage page = MarkdownPage.Read(path);
            foreach (string target in page.Links.Select(page.Target).Where(target => Pages.Guides.Contains(target)))
            {
                if (reached.Add(target)) toRead.Enqueue(target);
            }
        }

        Pages.Guides.Except(reached).Select(Pages.Relative).Should().BeEmpty("every guide is reached from docs/README.md");
    }

    [Fact]
    public void Guides_OfDocs_AreNamedInTheIndex()
    {
        MarkdownPage index = MarkdownPage.Read(Index);
        Pages.Guides.Where(page => Path.GetDirectoryName(page) == Path.GetDirectoryName(Index)).Append(Pages.Readme)
            .Except(index.Links.Select(index.Target)).Except([Index]).Select(Pages.Relative).Should().BeEmpty();
    }

    [Fact]
    public void Tests_NamedOnPages_Exist()
    {
        string[] classes = [.. Directory.GetFiles(Path.Combine(Pages.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path))];
        var missing = from page in Pages.All
                      from Match match in TestName().Matches(File.ReadAllText(page))
                      let name = match.Groups["name"].Value
                      where !classes.Contains(name)
                      select $"{Pages.Relative(page)}: {name}";
        missing.Should().BeEmpty();
    }

    [Fact]
    public void Claims_OfTheEvidence_NameTestsInEveryRow()
    {
        MarkdownPage evidence = MarkdownPage.Read(Pages.Absolute("docs/evidence.md"));
        string[] claims = [.. evidence.Lines.SkipWhile(line => line.Text != "## Claims and the tests that show them").Skip(1)
            .TakeWhile(line => !line.Text.StartsWith("## ", StringComparison.Ordinal)).Select(line => line.Text)
            .Where(line => line.StartsWith('|') && !line.StartsWith("| claim |", StringComparison.Ordinal)
                && !line.StartsWith("| ---", StringComparison.Ordinal))];
        claims.Should().HaveCountGreaterThan(40);
        claims.Where(claim => !TestName().IsMatch(claim.Split('|')[^2])).Should().BeEmpty("each claim names its test");
    }

    [GeneratedRegex(@"`(?<name>\w+Tests)\b")]
    private static partial Regex TestName();
}
