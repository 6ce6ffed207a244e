using System.Text.RegularExpressions;

namespace Docs.Tests.Tour;

/// <summary>The Korean pages: the same chapters, code, output and pictures as the English ones, in one polite style.</summary>
public sealed partial class KoreanTests
{
    public static TheoryData<string> Chapters => [.. TourFolder.Chapters];

    [Fact]
    public void Chapters_InKorean_AreThoseInEnglish() =>
        TourFolder.ChaptersOf(TourFolder.Korean).Should().Equal(TourFolder.Chapters);

    [Theory]
    [MemberData(nameof(Chapters))]
    public void Blocks_OfAChapterInKorean_AreThoseInEnglish(string chapter)
    {
        TourPage english = TourPage.Read(Path.Combine(TourFolder.English, chapter));
        TourPage korean = TourPage.Read(Path.Combine(TourFolder.Korean, chapter));
        korean.Blocks.Should().Equal(english.Blocks, "DDPM_UPDATE_DOCS=1 copies them");
        korean.Pictures.Should().Equal(english.Pictures);
        korean.Formulas.Should().Equal(english.Formulas);
    }

    [Fact]
    public void Sentences_OfTheKoreanPages_EndInOneStyle() =>
        Find(OtherStyle()).Should().BeEmpty("sentences end with 합니다, as in the whole of docs/ko");

    [Fact]
    public void Emphasis_OfTheKoreanPages_EndsWhereMarkdownEndsIt() =>
        Find(OpenEmphasis()).Should().BeEmpty("a mark between punctuation and a letter closes no emphasis: **말**(word)은");

    private static IEnumerable<string> Find(Regex pattern) =>
        from page in Directory.GetFiles(Pages.Absolute("docs/ko"), "*.md", SearchOption.AllDirectories)
        from line in MarkdownPage.Read(page).Lines
        where line.Fence is null
        from Match match in pattern.Matches(line.Text)
        select $"{Pages.Relative(page)}: {match.Value}";

    // 한다., 이다. and 해요. instead of 합니다. and 입니다.
    [GeneratedRegex(@"\S*(?<!니)다\.|\S*요\.")]
    private static partial Regex OtherStyle();

    [GeneratedRegex(@"\S*[)\].,""…]\*{1,2}\p{L}\S*")]
    private static partial Regex OpenEmphasis();
}
