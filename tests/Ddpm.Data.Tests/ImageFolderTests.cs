using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

public sealed class ImageFolderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-images-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Read_SubfoldersAreClasses_InTheOrderOfTheirNames()
    {
        Save("b/2.png", 20);
        Save("b/deep/1.PNG", 10);
        Save("a/x.png", 30);
        File.WriteAllText(Path.Combine(folder.FullName, "a", "notes.txt"), "no image");
        Directory.CreateDirectory(Path.Combine(folder.FullName, ".hidden"));
        var data = new ImageFolder(folder.FullName);
        data.Count.Should().Be(3);
        data.ClassNames.Should().Equal("a", "b");
        data.Shape.Should().Equal(3, 2, 2);
        var image = new float[12];
        data.Read(0, image).Should().Be(0);
        image.Should().OnlyContain(value => value == 30 / 127.5f - 1);
        data.Read(1, image).Should().Be(1);
        using ImageDataset memory = data.ToMemory();
        using Tensor? labels = memory.ImageLabels();
        using Tensor pixels = memory.Images();
        labels!.data<long>().ToArray().Should().Equal(0, 1, 1);
        pixels[.., 0, 0, 0].contiguous().data<byte>().ToArray().Should().Equal(30, 20, 10);
    }

    [Fact]
    public void Read_OneImage_IsEnough()
    {
        Save("only.png", 99);
        var data = new ImageFolder(
            folder.FullName, new ImageFolderOptions { Load = new ImageLoadOptions { Grayscale = true, Size = (4, 6) } });
        data.Shape.Should().Equal(1, 4, 6);
        data.ClassCount.Should().Be(0);
        var image = new float[24];
        data.Read(0, image).Should().Be(-1);
        image.Should().OnlyContain(value => Math.Abs(value - (99 / 127.5f - 1)) < 1e-6f);
    }

    [Fact]
    public void Constructor_FolderThatIsNoDataSet_SaysWhy()
    {
        FluentActions.Invoking(() => new ImageFolder(Path.Combine(folder.FullName, "none"))).Should().Throw<DirectoryNotFoundException>()
            .WithMessage("*none does not exist*");
        FluentActions.Invoking(() => new ImageFolder(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*must have images (.png, *.wbmp), but has none*");
        Save("a/1.png", 1);
        Directory.CreateDirectory(Path.Combine(folder.FullName, "b"));
        FluentActions.Invoking(() => new ImageFolder(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*b must have images, being a class, but has none*");
        Save("b/2.png", 1);
        Save("3.png", 1);
        FluentActions.Invoking(() => new ImageFolder(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*but has both, such as *3.png and *1.png*");
    }

    [Fact]
    public void Read_DamagedOrOtherSize_FailsWithItsName()
    {
        Save("1.png", 1);
        Damage("2.png");
        Save("3.png", 3, size: 5);
        var data = new ImageFolder(folder.FullName);
        var image = new float[12];
        FluentActions.Invoking(() => data.Read(1, image)).Should().Throw<InvalidDataException>()
            .WithMessage("*2.png is damaged: it ends before the image does*");
        FluentActions.Invoking(() => data.Read(2, image)).Should().Throw<InvalidDataException>()
            .WithMessage("*3.png is of 5×5 pixels, but the first image of 2×2: give a size*");
        FluentActions.Invoking(() => data.ToMemory()).Should().Throw<InvalidDataException>().WithMessage("*2.png*");
    }

    [Fact]
    public void Read_DamagedToBeSkipped_TakesTheNextAndCounts()
    {
        Damage("0.png");
        Save("1.png", 1);
        File.WriteAllText(Path.Combine(folder.FullName, "2.jpg"), "no picture");
        Save("3.png", 3);
        Save("4.png", 4, size: 9);
        var data = new ImageFolder(folder.FullName, new ImageFolderOptions { Damaged = DamagedImages.Skip });
        data.Shape.Should().Equal(3, 2, 2);
        var image = new float[12];
        int[] Shown() => [.. Enumerable.Range(0, 5).Select(i =>
        {
            data.Read(i, image);
            return (int)Math.Round((image[0] + 1) * 127.5);
        })];
        Shown().Should().Equal(1, 1, 3, 3, 1);
        Shown().Should().Equal(1, 1, 3, 3, 1);
        data.DamagedFiles.Keys.Select(path => Path.GetFileName(path)!).Order().Should().Equal("0.png", "2.jpg", "4.png");
        using ImageDataset memory = data.ToMemory();
        memory.Count.Should().Be(2);

        foreach (string name in new[] { "1.png", "3.png", "4.png" }) File.Delete(Path.Combine(folder.FullName, name));
        FluentActions.Invoking(() => new ImageFolder(folder.FullName, new ImageFolderOptions { Damaged = DamagedImages.Skip }))
            .Should().Throw<InvalidDataException>().WithMessage("*none of its 2 can*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void ToMemory_AnyNumberOfThreads_GivesTheSameImagesAndTheFirstFailure(int workers)
    {
        for (int file = 0; file < 40; file++) Save($"{(file < 15 ? "a" : "b")}/{file:00}.png", (byte)(file + 100));
        foreach (int file in new[] { 3, 17, 18 }) Damage($"{(file < 15 ? "a" : "b")}/{file:00}.png");
        int[] kept = [.. Enumerable.Range(0, 40).Where(file => file is not (3 or 17 or 18))];

        var skipping = new ImageFolder(folder.FullName, new ImageFolderOptions { Damaged = DamagedImages.Skip });
        var reports = new List<int>();
        using var scope = NewDisposeScope();
        using (ImageDataset memory = skipping.ToMemoryOn(workers, new Reports(reports), default))
        {
            scope.DisposablesCount.Should().Be(0, "nothing is left to the caller's scope");
            using Tensor? labels = memory.ImageLabels();
            using Tensor pixels = memory.Images(), corner = pixels[.., 0, 0, 0].contiguous();
            corner.data<byte>().ToArray().Should().Equal(kept.Select(file => (byte)(file + 100)));
            labels!.data<long>().ToArray().Should().Equal(kept.Select(file => file < 15 ? 0L : 1));
        }

        reports.Should().Equal(Enumerable.Range(1, 40));

        var strict = new ImageFolder(folder.FullName);
        FluentActions.Invoking(() => strict.ToMemoryOn(workers, null, default)).Should().Throw<InvalidDataException>()
            .WithMessage("*03.png*");
        FluentActions.Invoking(() => strict.ToMemoryOn(workers, null, new CancellationToken(true))).Should()
            .Throw<OperationCanceledException>();
    }

    [Fact]
    public void Identity_ChangesWithFiles()
    {
        Save("1.png", 1);
        string one = new ImageFolder(folder.FullName).Identity;
        new ImageFolder(folder.FullName).Identity.Should().Be(one);
        Save("2.png", 1);
        new ImageFolder(folder.FullName).Identity.Should().NotBe(one);
    }

    private void Save(string name, byte value, int size = 2)
    {
        string path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using Tensor image = full([3, size, size], (long)value, uint8);
        ImageFile.SavePng(path, image);
    }

    // A picture of many pixels that ends in the middle.
    private void Damage(string name)
    {
        string path = Path.Combine(folder.FullName, name);
        using Tensor noise = randint(256, [3, 64, 64], uint8, generator: new Generator(1));
        ImageFile.SavePng(path, noise);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
    }

    private sealed class Reports(List<int> list) : IProgress<int>
    {
        public void Report(int value) => list.Add(value);
    }
}
