using Ddpm.Imaging;

namespace Docs.Tests.Tour;

public sealed class PictureComparisonTests : IDisposable
{
    private const int Size = 100;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-picture-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Difference_OneGreyLevel_IsNone() =>
        PictureComparison.Difference(Save("a", (_, _) => 100), Save("b", (_, _) => 101)).Should().BeNull();

    [Fact]
    public void Difference_MovedLine_IsFound() =>
        PictureComparison.Difference(Save("a", (_, y) => y == 40 ? 0 : 255), Save("b", (_, y) => y == 41 ? 0 : 255)).Should().NotBeNull();

    [Fact]
    public void Difference_BrighterPicture_IsFound() =>
        PictureComparison.Difference(Save("a", (_, _) => 100), Save("b", (_, _) => 103)).Should().Contain("3.00 of 255");

    [Fact]
    public void Difference_OtherSize_IsFound()
    {
        string other = Path.Combine(folder.FullName, "c.png");
        ImageFile.SavePng(other, new DecodedImage(1, 2, 2, new byte[4]));
        PictureComparison.Difference(Save("a", (_, _) => 0), other).Should().Contain("×2×2 drawn");
    }

    private string Save(string name, Func<int, int, int> pixel)
    {
        string path = Path.Combine(folder.FullName, $"{name}.png");
        byte[] pixels = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)pixel(i % Size, i / Size))];
        ImageFile.SavePng(path, new DecodedImage(1, Size, Size, pixels));
        return path;
    }
}
