using System.Text.RegularExpressions;

namespace Docs.Tests.Tour;

/// <summary>A page of the tour: its blocks of C# with what they print, and its pictures.</summary>
internal sealed partial class TourPage
{
    private readonly string path;
    private readonly string text;

    private TourPage(string path)
    {
        this.path = path;
        text = File.ReadAllText(path);
        Blocks = [.. CodeAndOutput().Matches(text).Select(match =>
            new TourBlock(match.Groups["code"].Value, match.Groups["output"].Value, match.Groups["about"].Success))];
    }

    /// <summary>The blocks in the order of the page.</summary>
    public IReadOnlyList<TourBlock> Blocks { get; }

    /// <summary>The names of the pictures that the page shows from the tour's folder of images.</summary>
    public IReadOnlyList<string> Pictures => [.. Picture().Matches(text).Select(match => match.Groups["name"].Value).Distinct()];

    /// <summary>The formulas on lines of their own.</summary>
    public IReadOnlyList<string> Formulas => [.. Formula().Matches(text).Select(match => match.Value)];

    public static TourPage Read(string path) => new(path);

    /// <summary>Writes the page again with other blocks, in its own prose.</summary>
    /// <param name="blocks">As many blocks as the page has.</param>
    public void Rewrite(IReadOnlyList<TourBlock> blocks)
    {
        blocks.Should().HaveCount(Blocks.Count, $"{Pages.Relative(path)} has as many blocks of C# as the chapter in English");
        int next = 0;
        File.WriteAllText(path, CodeAndOutput().Replace(text, _ => Render(blocks[next++])));
    }

    private static string Render(TourBlock block)
    {
        string output = block.Output.Length == 0 ? "" : $"\n```text{(block.IsAbout ? " about" : "")}\n{block.Output}```\n";
        return $"```csharp\n{block.Code}```\n{output}";
    }

    [GeneratedRegex("^```csharp\\n(?<code>.*?)^```\\n(\\n```text(?<about> about)?\\n(?<output>.*?)^```\\n)?",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeAndOutput();

    [GeneratedRegex(@"^\$\$\n.*?^\$\$\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Formula();

    [GeneratedRegex(@"!\[[^\]]*\]\((\.\./\.\./tour/)?images/(?<name>[\w.-]+)\)")]
    private static partial Regex Picture();
}
