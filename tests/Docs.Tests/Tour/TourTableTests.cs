using System.Text.RegularExpressions;

namespace Docs.Tests.Tour;

/// <summary>The table of the tour, which says where each figure and formula of the review is reproduced.</summary>
public sealed partial class TourTableTests
{
    /// <summary>The figures and formulas in the order of the review, by the names of its images.</summary>
    private static readonly string[] Keys =
    [
        "diffusion_model", "diffusion_process", "dp_exp", "dp_exp2", "rp", "rp_exp", "rp_exp1", "sik1", "sik2", "exp1", "exp4", "exp3",
        "exp5",
        "exp6", "experiments1", "experiments2",
    ];

    public static TheoryData<string> Indices =>
        [.. Directory.GetFiles(Pages.Absolute("docs"), "README.md", SearchOption.AllDirectories)
            .Where(page => Path.GetFileName(Path.GetDirectoryName(page)) == "tour").Select(Pages.Relative)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Table_OfTheReview_HasAllSixteen(string index) => Rows(index).Select(row => row.Key).Should().Equal(Keys);

    [Theory]
    [MemberData(nameof(Indices))]
    public void Table_OfTheReview_LeadsToSectionsWithCodeAndItsResult(string index)
    {
        foreach ((string key, string link, string[] types) in Rows(index))
        {
            string file = MarkdownPage.Read(Pages.Absolute(index)).Target(link);
            File.Exists(file).Should().BeTrue($"{key} leads to {link}");
            string section = Section(file, link.Split('#')[1]);
            section.Contains("```csharp", StringComparison.Ordinal).Should().BeTrue($"the section of {key} has code");
            (section.Contains("```text", StringComparison.Ordinal) || section.Contains("](", StringComparison.Ordinal)).Should()
                .BeTrue($"the section of {key} shows what the code prints or draws");
            types.Should().NotBeEmpty();
            string page = File.ReadAllText(file);
            foreach (string type in types)
            {
                PublicTypes.Value.Should().Contain(type, $"{key} names a public type");
                page.Contains(type, StringComparison.Ordinal).Should().BeTrue($"the chapter of {key} uses {type}, which the table names");
            }
        }
    }

    private static readonly Lazy<HashSet<string>> PublicTypes = new(() =>
        [.. Directory.GetFiles(AppContext.BaseDirectory, "Ddpm.*.dll")
            .SelectMany(file => System.Reflection.Assembly.LoadFrom(file).ExportedTypes)
            .Select(type => type.Name)]);

    private static IEnumerable<(string Key, string Link, string[] Types)> Rows(string index) =>
        from line in MarkdownPage.Read(Pages.Absolute(index)).Lines
        let row = Row().Match(line.Text)
        where line.Fence is null && row.Success
        select (row.Groups["key"].Value, row.Groups["link"].Value,
            row.Groups["types"].Value.Split(',').Select(type => type.Trim(' ', '`')).ToArray());

    /// <summary>The text from a heading to the next one of its level.</summary>
    private static string Section(string file, string anchor)
    {
        string[] parts = Heading().Split(File.ReadAllText(file));
        return parts.Select(part => "## " + part).Single(part => MarkdownPage.AnchorOf(part.Split('\n')[0]) == anchor);
    }

    [GeneratedRegex(@"^\| `(?<key>\w+)` \|.*\[[^\]]*\]\((?<link>[^)]+)\) \| (?<types>`[^|]*`) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
