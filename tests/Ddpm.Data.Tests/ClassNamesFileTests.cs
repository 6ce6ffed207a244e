using System.Text;
using Ddpm.Core;

namespace Ddpm.Data.Tests;

public sealed class ClassNamesFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-names-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("shirt\nbag, large\n", new[] { "shirt", "bag, large" })]
    [InlineData("\uFEFFshirt\r\n  bag \r\n\r\n\n", new[] { "shirt", "bag" })]
    [InlineData("티셔츠\nbolso\u00F1", new[] { "티셔츠", "bolso\u00F1" })]
    [InlineData("only", new[] { "only" })]
    public void Read_NameOnEachLine_GivesThem(string text, string[] names) => ClassNamesFile.Read(Saved(text)).Should().Equal(names);

    [Theory]
    [InlineData("a\n\nb\n", "*must have the name of a class on each line, but line 2 is blank.")]
    [InlineData("\n \n", "*must have the name of a class on each line, but is blank.")]
    [InlineData("a\nb\na\n", "*has lines whose names must be different*that of class 2 is \"a\" again*")]
    [InlineData("a\nb\u0001\n", "*that of class 1 has a control character*")]
    [InlineData("", "*must be a regular file with contents*")]
    public void Read_FileThatIsNoListOfNames_SaysWhy(string text, string message) =>
        FluentActions.Invoking(() => ClassNamesFile.Read(Saved(text))).Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void Read_OtherEncodingOrNoFile_SaysWhy()
    {
        string path = Path.Combine(folder.FullName, "names.txt");
        FluentActions.Invoking(() => ClassNamesFile.Read(path)).Should().Throw<FileNotFoundException>().WithMessage("*names.txt*");
        File.WriteAllBytes(path, Encoding.Unicode.GetPreamble());
        FluentActions.Invoking(() => ClassNamesFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage(
            "*names.txt must be text in UTF-8, but has the bytes of something else.");
    }

    [Fact]
    public void KnownNames_AreThoseOfTheSets()
    {
        KnownClassNames.Mnist.Should().HaveCount(10);
        KnownClassNames.FashionMnist.LabelOf("ankle-boot").Should().Be(9);
        KnownClassNames.Cifar10.Should().BeInAscendingOrder(StringComparer.Ordinal).And.HaveCount(10);
        KnownClassNames.Cifar100.Should().BeInAscendingOrder(StringComparer.Ordinal).And.HaveCount(100);
        ClassNames.Create(["a"]).Find("A").Should().Be(0);
    }

    private string Saved(string text)
    {
        string path = Path.Combine(folder.FullName, "names.txt");
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }
}
