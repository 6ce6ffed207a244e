using System.Text.RegularExpressions;

namespace Docs.Tests.Docstrings;

/// <summary>What can be measured of the rule that public docstrings have a subject and a verb.</summary>
public sealed class DocstringTests
{
    private static readonly string[] Archaic =
    [
        "told of", "nobody", "whoever", "of one's own", "of its own", "by itself", "as it was said", "gone on with", "goes on from",
        "is left alone", "what is made of", "stays the caller's", "stay the caller's", "every so many", "lies beside", "for ever",
        "but for rounding", "is asked for", "was asked for", "as the file has it", "made where it does not exist", "anew",
    ];

    public static TheoryData<string> Packages => [.. PackageNames];

    private static IEnumerable<string> PackageNames => Directory.GetFiles(AppContext.BaseDirectory, "Ddpm.*.xml")
        .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    [Fact]
    public void Packages_OfTheRepository_AreAllRead()
    {
        Directory.GetDirectories(Path.Combine(Pages.Root, "src")).Select(folder => Path.GetFileName(folder)).Except(["Ddpm.Cli"])
            .Except(PackageNames).Should().BeEmpty("only the program Ddpm.Cli has no public interface");
        PublicDocstrings.Of("Ddpm.Core").Should().HaveCountGreaterThan(300);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Summaries_OfPublicMembers_AreSentences(string package)
    {
        Written(package).Where(docstring => docstring.Summary.Split(' ').Length < 3 || !docstring.Summary.EndsWith('.')
                || char.IsAsciiLetterLower(docstring.Summary[0]))
            .Select(docstring => $"{docstring.Name}: {docstring.Summary}")
            .Should().BeEmpty("a summary has three words, a capital and a period");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Summaries_OfMethodsAndProperties_BeginWithAVerb(string package)
    {
        Written(package).Where(docstring => docstring.NeedsVerb && !docstring.BeginsWithVerb)
            .Select(docstring => $"{docstring.Name}: {docstring.Summary}").Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Words_OfPublicDocstrings_AreOfThisCentury(string package)
    {
        var found = from docstring in PublicDocstrings.Of(package)
                    from phrase in Archaic
                    where Regex.IsMatch(docstring.Text, $@"\b{phrase}\b", RegexOptions.IgnoreCase)
                    select $"{docstring.Name}: \"{phrase}\" in: {docstring.Text}";
        found.Should().BeEmpty();
    }

    private static IEnumerable<Docstring> Written(string package) => PublicDocstrings.Of(package).Where(docstring => !docstring.Inherits);
}
