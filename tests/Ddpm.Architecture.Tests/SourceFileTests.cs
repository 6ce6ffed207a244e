using System.Text.RegularExpressions;

namespace Ddpm.Architecture.Tests;

/// <summary>Holds the limits on lines and files: a line is read without scrolling, and a file holds one idea.</summary>
public sealed partial class SourceFileTests
{
    private const int LongestLine = 140;
    private const int LongestFile = 300;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("samples")]
    [InlineData("benchmarks")]
    [InlineData("templates")]
    public void Lines_OfEveryFile_EndInTime(string folder)
    {
        IEnumerable<string> tooLong =
            from file in Repository.SourceFiles(folder)
            from line in File.ReadLines(Path.Combine(Repository.Root, file)).Index()
            where line.Item.Length > LongestLine
            select $"{file}:{line.Index + 1} has {line.Item.Length} columns";
        string.Join('\n', tooLong).Should().BeEmpty("lines end by column {0}", LongestLine);
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("samples")]
    [InlineData("benchmarks")]
    [InlineData("templates")]
    public void Usings_OfEveryFile_AreInTheOrderOfDotnetFormat(string folder)
    {
        IEnumerable<string> unsorted =
            from file in Repository.SourceFiles(folder)
            let usings = File.ReadLines(Path.Combine(Repository.Root, file)).Where(line => UsingDirective().IsMatch(line)).ToArray()
            where !usings.SequenceEqual(usings.OrderBy(Rank).ThenBy(Name, StringComparer.OrdinalIgnoreCase))
            select file;
        string.Join('\n', unsorted).Should().BeEmpty("namespaces come first, then static types, then aliases; System before the others");
    }

    [Fact]
    public void Files_OfMoreLinesThanUsual_SayWhyInTheSummary()
    {
        IEnumerable<string> unexplained =
            from file in Repository.SourceFiles("src")
            let text = File.ReadAllText(Path.Combine(Repository.Root, file))
            let lines = text.AsSpan().Count('\n')
            where lines > LongestFile && !Reason().IsMatch(Summary().Match(text).Value)
            select $"{file} has {lines} lines";
        string.Join('\n', unexplained).Should().BeEmpty("a longer file says in its type's summary: Over {0} lines because …", LongestFile);
    }

    // Global before local; namespaces, static types, aliases; within each, System first.
    private static int Rank(string directive)
    {
        int kind = directive.Contains('=') ? 2 : directive.Contains("using static ") ? 1 : 0;
        bool system = Name(directive) is "System" || Name(directive).StartsWith("System.", StringComparison.Ordinal);
        return (directive.StartsWith("global", StringComparison.Ordinal) ? 0 : 100) + 10 * kind + (kind != 2 && system ? 0 : 1);
    }

    private static string Name(string directive) => UsingDirective().Match(directive).Groups["name"].Value;

    [GeneratedRegex(@"^(global )?using (static )?(?<name>[\w.]+)( = .+)?;")]
    private static partial Regex UsingDirective();

    [GeneratedRegex("<summary>.*?</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex("lines because ", RegexOptions.IgnoreCase)]
    private static partial Regex Reason();
}
