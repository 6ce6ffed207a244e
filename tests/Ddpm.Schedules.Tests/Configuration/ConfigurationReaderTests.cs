using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace Ddpm.Schedules.Tests.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-configuration-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "x.json: a must occur once, but occurs twice.")]
    [InlineData("""{"a":1,"\u0061":2}""", "x.json: a must occur once, but occurs twice.")]
    [InlineData("""{"o":{"b":[{"c":1,"c":1}]}}""", "x.json: o.b.c must occur once, but occurs twice.")]
    [InlineData("""{"st\ud800eps":2}""", "x.json must hold valid Unicode, but a text is not*")]
    [InlineData("""{"o":{"t":"\ud800"}}""", "x.json must hold valid Unicode, but a text in o.t is not*")]
    [InlineData("{\"a\\nb\":1,\"a\\nb\":2}", "x.json: ab must occur once, but occurs twice.")]
    [InlineData("""[1]""", "x.json must hold a JSON object, but holds [1].")]
    [InlineData("{\"a\":nu\n1234}", "x.json is not valid JSON: 'nu1234}' is an invalid JSON literal. *LineNumber: 0 *")]
    [InlineData("""{"a":}""", "x.json is not valid JSON*")]
    [InlineData("""{"a":1} x""", "x.json is not valid JSON*")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "x.json is a Git LFS pointer*")]
    public void Parse_WhatIsNotStrict_IsRefused(string json, string message) =>
        FluentActions.Invoking(() => Parse(json)).Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void Fields_OfTheirTypes_AreRead()
    {
        ConfigurationReader reader = Parse(
            """{"n":7,"x":1,"y":-2.5e3,"f":true,"t":"word","l":[1,2],"o":{"i":3},"z":null,"_hidden":1,"more":[1, "a"]}""");
        reader.WholeNumber("n", 0, 10).Should().Be(7);
        reader.Number("x").Should().Be(1);
        reader.Number("y", -1e9, 0).Should().Be(-2500);
        reader.Flag("f").Should().BeTrue();
        reader.Text("t").Should().Be("word");
        reader.WholeNumbers("l", 0, 5, 2).Should().Equal(1, 2);
        reader.Numbers("l", 0, 5, 2).Should().Equal(1, 2);
        reader.Nested("o").WholeNumber("i", 0, 5).Should().Be(3);
        reader.OptionalWholeNumber("z", 0, 5).Should().BeNull();
        reader.Flag("z", true, whenNull: false).Should().BeFalse();
        reader.Flag("absent", true, whenNull: false).Should().BeTrue();
        reader.Choice("t", [("other", 1), ("word", 2)]).Should().Be(2);
        (reader.Contains("z"), reader.IsNull("z"), reader.IsNull("absent"), reader.IsList("l")).Should().Be((true, true, true, true));
        reader.Unread.Should().Equal("""x.json: more = [1, "a"]""");
    }

    [Theory]
    [InlineData("8.0", "x.json: a must be a whole number from 1 to 9, but is 8.0.")]
    [InlineData("\"8\"", "x.json: a must be a whole number from 1 to 9, but is \"8\".")]
    [InlineData("true", "x.json: a must be a whole number from 1 to 9, but is true.")]
    [InlineData("null", "x.json: a must be a whole number from 1 to 9, but is null.")]
    [InlineData("1e400", "x.json: a must be a whole number from 1 to 9, but is 1e400.")]
    [InlineData("99999999999999999999", "*but is 99999999999999999999.")]
    [InlineData("10", "*but is 10.")]
    public void WholeNumber_AnythingElse_NamesFileFieldExpectedAndActual(string value, string message) =>
        Parse($$"""{"a":{{value}}}""").Invoking(reader => reader.WholeNumber("a", 1, 9))
            .Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void OtherTypes_AreNamedInTheSameWords()
    {
        ConfigurationReader reader = Parse("""{"n":1e400,"t":5,"l":[1,"x"],"long":[1,2,3],"o":{"i":"no"}}""");
        (Action Read, string Message)[] cases =
        [
            (() => reader.Number("n"), "x.json: n must be a finite number, but is 1e400."),
            (() => reader.Text("t"), "x.json: t must be text, but is 5."),
            (() => reader.Flag("t"), "x.json: t must be true or false, but is 5."),
            (() => reader.Choice("t", [("a", 1), ("b", 2)]), "x.json: t must be a or b, but is 5."),
            (() => reader.WholeNumbers("l", 0, 9, 3), "x.json: l must be a list of whole numbers from 0 to 9, but has x at place 1."),
            (() => reader.Texts("l", 3), "x.json: l must be a list of texts, but has 1 at place 0."),
            (() => reader.WholeNumbers("long", 0, 9, 2),
                "x.json: long must be a list of at most 2 whole numbers from 0 to 9, but is [1,2,3]."),
            (() => reader.Nested("o").Flag("i"), "x.json: o.i must be true or false, but is no."),
            (() => reader.Nested("t"), "x.json: t must be an object, but is 5."),
            (() => reader.WholeNumber("gone", 0, 1), "x.json: gone is missing."),
        ];
        foreach ((Action read, string message) in cases) read.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Theory]
    [InlineData("[1, 0, 2.5]", null)]
    [InlineData("{}", "numbers.json must hold a list of 1 to 3 numbers, but holds {}.")]
    [InlineData("[]", "numbers.json must hold a list of 1 to 3 numbers, but holds [].")]
    [InlineData("[1,2,3,4]", "numbers.json must hold a list of 1 to 3 numbers, but holds [1,2,3,4].")]
    [InlineData("[1, -2]", "numbers.json: entry 1 must be a finite number, at least 0, but is -2.")]
    [InlineData("[1e999]", "numbers.json: entry 0 must be a finite number, at least 0, but is 1e999.")]
    [InlineData("[NaN]", "numbers.json is not valid JSON: *")]
    [InlineData("[null]", "numbers.json: entry 0 must be a finite number, at least 0, but is null.")]
    [InlineData("[\"1\"]", "numbers.json: entry 0 must be a finite number, at least 0, but is \"1\".")]
    [InlineData("[[1]]", "numbers.json: entry 0 must be a finite number, at least 0, but is [1].")]
    [InlineData("[1] x", "numbers.json is not valid JSON: *")]
    public void OpenNumbers_AListOfNumbers_IsReadAndNothingElse(string json, string? message)
    {
        string path = Path.Combine(folder.FullName, "numbers.json");
        File.WriteAllText(path, json);
        Func<ImmutableArray<double>> read = () => ConfigurationReader.OpenNumbers(path, 0, 3);
        if (message is null) read().Should().Equal(1, 0, 2.5);
        else read.Should().Throw<InvalidDataException>().Which.Message.Should().Match("*" + message);
    }

    [Fact]
    public void Parse_MoreValuesThanAnyFileHas_IsRefusedBeforeItIsParsed()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"a\":[" + string.Join(',', Enumerable.Repeat('1', 2_000_002)) + "]}");
        FluentActions.Invoking(() => ConfigurationReader.Parse(json, "x.json")).Should().Throw<InvalidDataException>()
            .WithMessage("x.json must have at most 2000000 values, but has more.");
    }

    [Fact]
    public void Open_FilesWithoutAnEnd_AreRefusedAtOnce()
    {
        string large = Path.Combine(folder.FullName, "large.json"), empty = Path.Combine(folder.FullName, "empty.json");
        string link = Path.Combine(folder.FullName, "link.json");
        File.WriteAllText(large, $$"""{"a":"{{new string('x', 5 << 20)}}"}""");
        File.WriteAllText(empty, "");
        Refused(large, "*large.json must have at most 4194304 bytes, but has 52428*");
        Refused(empty, "*empty, a pipe or a device*");
        Refused(folder.FullName, "*is a folder*");
        FluentActions.Invoking(() => ConfigurationReader.Open(folder.FullName + "/none")).Should().Throw<FileNotFoundException>();
        if (OperatingSystem.IsWindows()) return;
        string pipe = Path.Combine(folder.FullName, "pipe.json");
        using (Process process = Process.Start("mkfifo", pipe)) process.WaitForExit();
        foreach (string endless in new[] { pipe, "/dev/zero" })
        {
            Refused(endless, "*empty, a pipe or a device*");
            if (File.Exists(link)) File.Delete(link);
            File.CreateSymbolicLink(link, endless);
            Refused(link, "*empty, a pipe or a device*");
        }

        File.Delete(link);
        File.WriteAllText(empty, """{"a":1}""");
        File.CreateSymbolicLink(link, empty);
        ConfigurationReader.Open(link).WholeNumber("a", 1, 1).Should().Be(1);
    }

    private static void Refused(string path, string message) =>
        FluentActions.Invoking(() => ConfigurationReader.Open(path)).Should().Throw<InvalidDataException>().WithMessage(message);

    private static ConfigurationReader Parse(string json) => ConfigurationReader.Parse(Encoding.UTF8.GetBytes(json), "x.json");
}
