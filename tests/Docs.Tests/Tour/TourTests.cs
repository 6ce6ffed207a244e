namespace Docs.Tests.Tour;

/// <summary>
/// The tour's chapters, whose code runs and whose output is that of the run. With DDPM_UPDATE_DOCS=1 the outputs and pictures of a run are
/// written into the pages, and the code of the English pages into the Korean ones, instead of being compared.
/// </summary>
public sealed class TourTests(TourRuns runs) : IClassFixture<TourRuns>
{
    private static readonly bool Updates = Environment.GetEnvironmentVariable("DDPM_UPDATE_DOCS") == "1";

    public static TheoryData<string> Chapters => [.. TourFolder.Chapters];

    [Theory]
    [MemberData(nameof(Chapters))]
    public void Output_OfAChapter_IsThatOfItsRun(string chapter)
    {
        (IReadOnlyList<string> outputs, IReadOnlyList<string> drawn) = runs.Run(chapter);
        TourPage page = TourPage.Read(Path.Combine(TourFolder.English, chapter));
        outputs.Should().HaveCount(page.Blocks.Count).And.Contain(output => output.Length > 0);
        if (Updates) page = Updated(chapter, page, outputs, drawn);
        page.Blocks.Zip(outputs).SelectMany(pair => OutputComparison.Differences(pair.First.Output, pair.Second, pair.First.IsAbout))
            .Should().BeEmpty("DDPM_UPDATE_DOCS=1 writes the run's output into the page");
        drawn.Select(file => Path.GetFileName(file)).Should().BeEquivalentTo(page.Pictures, "a chapter shows what it draws");
        drawn
            .Select(file => (Name: Path.GetFileName(file), File: file))
            .Select(picture => (picture.Name, Committed: Path.Combine(TourFolder.Pictures, picture.Name), picture.File))
            .Select(picture => (picture.Name, Difference: PictureComparison.Difference(picture.Committed, picture.File)))
            .Where(picture => picture.Difference is not null).Should().BeEmpty();
    }

    [Fact]
    public void Pictures_OfTheTour_AreAllShown() =>
        Directory.GetFiles(TourFolder.Pictures).Select(file => Path.GetFileName(file)).Should().BeEquivalentTo(
            TourFolder.Chapters.SelectMany(chapter => TourPage.Read(Path.Combine(TourFolder.English, chapter)).Pictures));

    private static TourPage Updated(string chapter, TourPage page, IReadOnlyList<string> outputs, IReadOnlyList<string> drawn)
    {
        TourBlock[] blocks = [.. page.Blocks.Zip(outputs, (block, output) => block with { Output = output })];
        page.Rewrite(blocks);
        string korean = Path.Combine(TourFolder.Korean, chapter);
        if (File.Exists(korean)) TourPage.Read(korean).Rewrite(blocks);
        foreach (string file in drawn) File.Copy(file, Path.Combine(TourFolder.Pictures, Path.GetFileName(file)), overwrite: true);
        return TourPage.Read(Path.Combine(TourFolder.English, chapter));
    }
}
