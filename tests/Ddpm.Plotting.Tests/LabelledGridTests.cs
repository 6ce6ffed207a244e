using System.Xml.Linq;
using Ddpm.Imaging;
using SkiaSharp;

namespace Ddpm.Plotting.Tests;

public sealed class LabelledGridTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-plotting-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_Titles_StandAboveColumnsAndBesideRows()
    {
        LabelledGrid.Save(At("grid.svg"), Images(6), Titled);
        XElement[] texts = [.. XDocument.Load(At("grid.svg")).Descendants().Where(one => one.Name.LocalName == "text")];
        texts.Select(text => text.Value.Trim()).Should().Equal("Samples", "t =", "999", "500", "0", "trousers", "x̂_0");
        XDocument.Load(At("grid.svg")).Descendants().Count(one => one.Name.LocalName == "image").Should().Be(6);
    }

    [Fact]
    public void Save_Pixels_StandEnlargedAndUnchanged()
    {
        LabelledGrid.Save(At("grid.png"), Images(6), Titled with { Scale = 3 });
        using SKBitmap picture = SKBitmap.Decode(At("grid.png"));
        int[] counts = [.. Enumerable.Range(100, 6).Select(i => (byte)i).Select(grey => Count(picture, new SKColor(grey, grey, grey)))];
        counts.Should().AllBeEquivalentTo(4 * 5 * 9);
    }

    [Fact]
    public void Save_NoTitles_IsAPlainGrid()
    {
        LabelledGrid.Save(At("grid.png"), Images(4), new LabelledGridOptions { Scale = 1, Padding = 2 });
        using SKBitmap picture = SKBitmap.Decode(At("grid.png"));
        Count(picture, new SKColor(103, 103, 103)).Should().Be(20);
        picture.Width.Should().BeLessThan(60);
    }

    [Fact]
    public void Save_LetterThatNoFontHas_BecomesAQuestionMark()
    {
        LabelledGrid.Save(At("grid.svg"), Images(1), new LabelledGridOptions { RowTitles = ["a\uE123b"] });
        XDocument.Load(At("grid.svg")).Descendants().Single(one => one.Name.LocalName == "text").Value.Trim().Should().Be("a?b");
    }

    [Fact]
    public void Save_Tensor_IsTheSamePicture()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        DecodedImage[] images = Images(6);
        using TorchSharp.torch.Tensor pixels = TorchSharp.torch.tensor(images.SelectMany(image => image.Pixels.ToArray()).ToArray())
            .reshape(6, 1, 4, 5);
        LabelledGrid.Save(At("tensor.png"), pixels, Titled);
        LabelledGrid.Save(At("bytes.png"), images, Titled);
        File.ReadAllBytes(At("tensor.png")).Should().Equal(File.ReadAllBytes(At("bytes.png")));
        using TorchSharp.torch.Tensor floats = pixels.to(TorchSharp.torch.float32);
        FluentActions.Invoking(() => LabelledGrid.Save(At("bad.png"), floats)).Should().Throw<ArgumentException>()
            .WithMessage("images must be uint8, but is Float32*");
    }

    [Fact]
    public void Save_Mistakes_AreNamedAndNothingIsWritten()
    {
        Refused(Images(6), Titled with { RowTitles = ["one"] }, "RowTitles must be as many as the 2 rows of 3 images, but are 1.*");
        Refused(Images(6), Titled with { Columns = 2, RowTitles = [] }, "ColumnTitles must be as many as the 2 columns, but are 3.*");
        Refused(Images(6), Titled with { Scale = 0 }, "*Scale*0*");
        Refused(Images(6), Titled with { FontSize = 5 }, "FontSize must be 6 … 72, but is 5.*");
        Refused([], Titled, "images must have at least one image, but are none.*");
        Refused([.. Images(1), new DecodedImage(1, 5, 4, new byte[20])], Titled, "*[1, 4, 5]*[1, 5, 4]*");
        folder.GetFiles().Should().BeEmpty();
    }

    private static LabelledGridOptions Titled { get; } = new()
    {
        Title = "Samples",
        RowTitles = ["trousers", "x̂_0"],
        ColumnTitles = ["999", "500", "0"],
        ColumnHeading = "t =",
    };

    // Image i has the grey 100 + i.
    private static DecodedImage[] Images(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new DecodedImage(1, 4, 5, Enumerable.Repeat((byte)(100 + i), 20).ToArray()))];

    private static int Count(SKBitmap picture, SKColor color) => picture.Pixels.Count(pixel => pixel == color);

    private void Refused(DecodedImage[] images, LabelledGridOptions options, string message) =>
        FluentActions.Invoking(() => LabelledGrid.Save(At("bad.png"), images, options)).Should().Throw<ArgumentException>()
            .WithMessage(message);

    private string At(string name) => Path.Combine(folder.FullName, name);
}
