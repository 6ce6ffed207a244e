namespace Docs.Tests;

public sealed class LayoutTests
{
    private const int Columns = 140;

    [Fact]
    public void Lines_OfAllPages_EndByColumn140()
    {
        // Rows of tables cannot be broken, nor can output, JSON and formulas.
        var longer = from page in Pages.All.Select(MarkdownPage.Read)
                     from line in page.Lines
                     where line.Text.Length > Columns && !line.CannotBreak
                     select $"{page.Name}: {line.Text.Length} columns: {line.Text[..60]}…";
        longer.Should().BeEmpty();
    }

    [Fact]
    public void Headings_OfAllPages_BeginWithOneTitle()
    {
        Pages.All.Select(MarkdownPage.Read).Where(page => page.Name.StartsWith("docs/", StringComparison.Ordinal))
            .Where(page => !page.Lines[0].Text.StartsWith("# ", StringComparison.Ordinal)
                || page.Lines.Skip(1).Any(line => line.Fence is null && line.Text.StartsWith("# ", StringComparison.Ordinal)))
            .Select(page => page.Name).Should().BeEmpty();
    }
}
