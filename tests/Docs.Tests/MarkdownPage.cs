using System.Text.RegularExpressions;

namespace Docs.Tests;

/// <summary>One page: its prose, its fenced blocks, its links and the anchors of its headings.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string path;

    private MarkdownPage(string path, IReadOnlyList<MarkdownLine> lines) => (this.path, Lines) = (path, lines);

    /// <summary>The lines, each with the language of the fence around it.</summary>
    public IReadOnlyList<MarkdownLine> Lines { get; }

    /// <summary>The name from the root.</summary>
    public string Name => Pages.Relative(path);

    /// <summary>The targets of all links and images that are relative, as written.</summary>
    public IEnumerable<string> Links => Lines.Where(line => line.Fence is null)
        .SelectMany(line => Link().Matches(line.Text)).Select(match => match.Groups["target"].Value)
        .Where(target => !target.Contains("://", StringComparison.Ordinal));

    /// <summary>The anchors of the headings, as GitHub makes them.</summary>
    public IEnumerable<string> Anchors => Lines.Where(line => line.Fence is null && line.Text.StartsWith('#'))
        .Select(line => AnchorOf(line.Text));

    /// <summary>Reads a page.</summary>
    public static MarkdownPage Read(string path)
    {
        var lines = new List<MarkdownLine>();
        string? fence = null;
        foreach (string line in File.ReadAllLines(path))
        {
            bool mark = line.StartsWith("```", StringComparison.Ordinal);
            if (mark && fence is not null)
            {
                fence = null;
                continue;
            }

            if (mark) fence = line[3..].Trim();
            else lines.Add(new MarkdownLine(lines.Count, line, fence));
        }

        return new MarkdownPage(path, lines);
    }

    /// <summary>The anchor of a heading, as GitHub makes it.</summary>
    public static string AnchorOf(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>The page or file that a link leads to.</summary>
    public string Target(string link)
    {
        string file = link.Split('#')[0];
        return file.Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file));
    }

    /// <summary>The commands of the page's blocks of bash: one a line, lines that end with a backslash joined, remarks removed.</summary>
    public IEnumerable<string> Commands()
    {
        string text = string.Join('\n', Lines.Where(line => line.Fence == "bash").Select(line => line.Text)).Replace("\\\n", " ");
        return text.Split('\n').Select(line => Remark().Replace(line, "").Trim()).Where(line => line.Length > 0);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Remark();
}
