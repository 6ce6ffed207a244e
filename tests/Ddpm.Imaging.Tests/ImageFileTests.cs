using static TorchSharp.torch;

namespace Ddpm.Imaging.Tests;

public sealed class ImageFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-imaging-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void SavePng_ThenLoad_GivesTheSamePixels(int channels)
    {
        string path = Path.Combine(folder.FullName, "image.png");
        using Tensor image = (arange(channels * 5 * 7) * 37 % 256).to(uint8).reshape(channels, 5, 7);

        ImageFile.SavePng(path, image);

        using Tensor back = ImageFile.Load(path, grayscale: channels == 1);
        back.Equals(image).Should().BeTrue();
        File.ReadAllBytes(path).Should().Equal(ImageFile.EncodePng(image));
        Directory.GetFiles(folder.FullName).Should().Equal(path);
    }

    [Fact]
    public void SavePng_NoSuchFolder_NamesItAndLeavesNothing()
    {
        using Tensor image = zeros([1, 2, 2], uint8);
        FluentActions.Invoking(() => ImageFile.SavePng(Path.Combine(folder.FullName, "missing", "image.png"), image))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("*missing*");
        folder.GetFileSystemInfos().Should().BeEmpty();
    }

    [Fact]
    public void SavePng_WrongShapeOrType_Throws()
    {
        using Tensor two = zeros([2, 2, 2], uint8), floats = zeros(1, 2, 2);
        FluentActions.Invoking(() => ImageFile.SavePng("x.png", two)).Should().Throw<ArgumentException>()
            .WithMessage("*[1, H, W] or [3, H, W], but has [2, 2, 2]*");
        FluentActions.Invoking(() => ImageFile.SavePng("x.png", floats)).Should().Throw<ArgumentException>().WithMessage("*uint8*");
    }

    [Fact]
    public void Load_DamagedFile_NamesIt()
    {
        string path = Path.Combine(folder.FullName, "broken.png");
        File.WriteAllText(path, "no picture");
        FluentActions.Invoking(() => ImageFile.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*broken.png*");
        FluentActions.Invoking(() => ImageFile.Load(path + "x")).Should().Throw<FileNotFoundException>();
    }
}
