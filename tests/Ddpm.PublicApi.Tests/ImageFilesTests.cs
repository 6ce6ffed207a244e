using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.PublicApi.Tests;

/// <summary>CIFAR and IDX files become data sets in the same words.</summary>
public sealed class ImageFilesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-files-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 100)]
    public void Cifar_EitherKind_IsADatasetWithItsClasses(int labelBytes, int classes)
    {
        // Two files of one record each, of the classes 3 and 7.
        string[] paths = [.. new byte[] { 3, 7 }.Select(label =>
        {
            byte[] record = [.. new byte[labelBytes - 1], label, .. Enumerable.Repeat((byte)255, 3072)];
            string path = Path.Combine(folder.FullName, $"{label}.bin");
            File.WriteAllBytes(path, record);
            return path;
        })];
        var names = new ClassNames(Enumerable.Range(0, classes).Select(k => $"class {k}"));
        using ImageDataset data = CifarFile.Images(paths, classNames: names);
        (data.Count, data.ClassCount, data.ClassNames).Should().Be((2, classes, names));
        var pixels = new float[3072];
        data.Read(1, pixels).Should().Be(7);
        pixels.Should().OnlyContain(pixel => pixel == 1);
        FluentActions.Invoking(() => CifarFile.Images(paths, classNames: ["one"])).Should().Throw<ArgumentException>()
            .WithMessage($"classNames must be {classes}, as classCount says, but are 1*");
        FluentActions.Invoking(() => CifarFile.Images(paths, maxBytes: 3000)).Should().Throw<InvalidDataException>()
            .WithMessage("*must have at most 3000 bytes*");
        FluentActions.Invoking(() => CifarFile.Images([])).Should().Throw<ArgumentException>()
            .WithMessage("paths must name at least 1 file*");
    }

    [Fact]
    public void Idx_WithNames_HasTheirClasses()
    {
        string images = Write("images", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 255, 0]);
        string labels = Write("labels", [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]);
        using ImageDataset data = IdxFile.Images(images, labels, classNames: ["zero", "one", "two"]);
        (data.Count, data.ClassCount).Should().Be((2, 3));
        data.ClassNames.Should().Equal("zero", "one", "two");
        using ImageDataset numbers = IdxFile.Images(images, labels);
        (numbers.ClassCount, numbers.ClassNames).Should().Be((2, null));
        FluentActions.Invoking(() => IdxFile.Images(images, labels, classNames: ["zero"])).Should().Throw<InvalidDataException>()
            .WithMessage($"{labels} must have labels 0 … 0, as classNames says, but has 1.");
        FluentActions.Invoking(() => IdxFile.Images(images, classNames: ["zero"])).Should().Throw<ArgumentException>()
            .WithMessage("classNames must be null where there are no labels*");
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
