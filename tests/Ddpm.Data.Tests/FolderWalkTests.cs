using System.Diagnostics;
using Ddpm.Imaging;
using Ddpm.Tests;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

/// <summary>What is data in a folder, at every depth.</summary>
public sealed class FolderWalkTests : IDisposable
{
    private static readonly ImageFolderOptions Skip = new() { Damaged = DamagedImages.Skip };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-walk-");

    public void Dispose()
    {
        // .NET finds no file whose name is not UTF-8, and so removes none.
        if (OperatingSystem.IsWindows()) folder.Delete(recursive: true);
        else Shell($"rm -rf '{folder.FullName}'");
    }

    [Fact]
    public void LeftOut_HiddenSystemOutputAndOtherFiles_AreCountedByReasonAtEveryDepth()
    {
        foreach (string name in new[]
            {
                "a/1.png", "a/deep/2.png", "b/3.png", ".hidden/x.png", "a/.ipynb_checkpoints/x.png", "a/deep/@eaDir/x.png", "b/.x.png",
                "__MACOSX/x.png", "run/grids/x.png", "a/drawn/x.png",
            })
        {
            Save(name);
        }

        OutputFolder.Mark(At("run"));
        OutputFolder.Mark(At("a/drawn"));
        File.WriteAllText(At("notes.txt"), "");
        File.WriteAllText(At("a/x.tif"), "");
        File.WriteAllText(At("a/deep/y.TIF"), "");
        File.WriteAllText(At("b/README"), "");
        var logger = new ListLogger();
        var data = new ImageFolder(folder.FullName, null, new Typed(logger));

        data.Files.Should().Equal(At("a/1.png"), At("a/deep/2.png"), At("b/3.png"));
        data.ClassNames.Should().Equal("a", "b");
        data.LeftOut.Should().Equal(
            new LeftOutFiles("hidden", 3, At(".hidden")),
            new LeftOutFiles("not read by their ending .tif", 2, At("a/deep/y.TIF")),
            new LeftOutFiles("not read by their ending .txt", 1, At("notes.txt")),
            new LeftOutFiles("not read without an ending", 1, At("b/README")),
            new LeftOutFiles("of the system", 2, At("__MACOSX")),
            new LeftOutFiles("written by ddpm", 2, At("a/drawn")));
        logger.Lines.Should().HaveCount(6).And.Contain($"Left out 3 hidden, such as {At(".hidden")}");
        data.LeftOut[0].ToString().Should().Be($"3 hidden ({At(".hidden")} and others)");
        data.LeftOut[2].ToString().Should().Be($"1 not read by their ending .txt ({At("notes.txt")})");
    }

    [Theory]
    [InlineData(OutputFolder.MarkerName)]
    [InlineData(".run.lock")]
    [InlineData(".grids.lock")]
    [InlineData("samples.json", "images/")]
    [InlineData("metrics.jsonl", "checkpoints/")]
    public void LeftOut_WhatWeWrote_IsKnownByOurFiles(params string[] names)
    {
        Save("a/1.png");
        Save("b/2.png");
        foreach (string name in names)
        {
            if (name.EndsWith('/')) Directory.CreateDirectory(At("b/" + name));
            else File.WriteAllText(At("b/" + name), "");
        }

        new ImageFolder(folder.FullName).ClassNames.Should().Equal("a");
        // Half of a pair is no mark.
        if (names.Length == 2) Directory.Delete(At("b/" + names[1]));
        else File.Delete(At("b/" + names[0]));
        new ImageFolder(folder.FullName).ClassNames.Should().Equal("a", "b");
    }

    [Fact]
    public void Files_OfEveryFormatThatIsDecoded_AreRead()
    {
        Save("x.png");
        foreach (string ending in ImageFile.Extensions) File.Copy(At("x.png"), At("copy" + ending.ToUpperInvariant()));
        new ImageFolder(folder.FullName).Count.Should().Be(1 + ImageFile.Extensions.Count);
    }

    [UnixFact]
    public void Files_OfOneFolderOverAnyLinks_AreReadOnce()
    {
        Save("data/a/1.png");
        Save("data/b/2.png");
        Save("outside/3.png");
        Save("outside/deep/4.png");
        Link("data/a/up", "..");
        Link("data/a/self", ".");
        Link("data/b/other", "../a");
        Link("data/a/everything", "/");
        Link("data/a/out", At("outside"));
        Link("outside/back", At("data"));
        Link("outside/deep/round", "..");
        Link("data/b/again", "../../outside/deep");
        Link("data/b/linked.png", "2.png");
        Link("data/c", "a");
        var data = new ImageFolder(At("data"));
        data.Files.Should().Equal(
            At("data/a/1.png"), At("data/a/out/3.png"), At("data/a/out/deep/4.png"), At("data/b/2.png"), At("data/b/linked.png"));
        data.ClassNames.Should().Equal("a", "b");
        data.LeftOut.Should().Equal(new LeftOutFiles("linked to what is read anyway", 8, At("data/a/everything")));

        Link("named", At("data"));
        new ImageFolder(At("named")).Count.Should().Be(5, "the folder that is named may be a link");
        Link("classes/x", At("data/a"));
        Link("classes/y", At("data/b"));
        new ImageFolder(At("classes")).ClassNames.Should().Equal("x", "y");
    }

    [UnixFact]
    public void LeftOut_LinkIntoAFolderOfOurs_IsTheirs()
    {
        Save("data/1.png");
        Save("run/grids/2.png");
        OutputFolder.Mark(At("run"));
        Link("data/grids", At("run/grids"));
        var data = new ImageFolder(At("data"));
        data.Count.Should().Be(1);
        data.LeftOut.Should().Equal(new LeftOutFiles("written by ddpm", 1, At("data/grids")));
        new ImageFolder(At("run/grids")).Count.Should().Be(1, "what is named is read");
    }

    [UnixFact]
    public void Skip_EveryFailureOfOneFile_IsNamedAndPassedOver()
    {
        Save("1.png");
        Link("dangling.png", "nowhere.png");
        Link("round.png", "round.png");
        File.WriteAllText(At("empty.png"), "");
        File.WriteAllText(At("x\ny.png"), "junk");
        Shell("mkfifo pipe.png; printf x > \"$(printf 'caf\\351.png')\"; printf x > closed.png; chmod 000 closed.png");
        var data = new ImageFolder(folder.FullName, Skip);
        SubsetDataset usable = data.WithoutDamaged(workers: 2);
        usable.Count.Should().Be(1);
        var example = new float[12];
        for (int i = 0; i < data.Count; i++) data.Read(i, example);
        data.Count.Should().Be(8);
        data.DamagedFiles.Should().HaveCount(7);
        Reason("dangling.png").Should().Contain("is a link to").And.Contain("nowhere.png");
        Reason("caf\uFFFD.png").Should().EndWith("its name is not valid UTF-8; rename it.");
        Reason("pipe.png").Should().Contain("a pipe or a device");
        foreach ((string path, string reason) in data.DamagedFiles) reason.Should().StartWith(path);

        FluentActions.Invoking(() => new ImageFolder(folder.FullName).ToMemory()).Should().Throw<InvalidDataException>();

        string Reason(string name) => data.DamagedFiles[At(name)];
    }

    [UnixFact]
    public void Folder_WithoutImagesOrWithOneThatCannotBeListed_SaysWhatIsThere()
    {
        File.WriteAllText(At("x.tif"), "");
        FluentActions.Invoking(() => new ImageFolder(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*but has none; left out: 1 not read by their ending .tif (*x.tif).");
        Save("a/1.png");
        Shell("mkdir \"$(printf 'b\\351')\"");
        FluentActions.Invoking(() => new ImageFolder(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*b\uFFFD cannot be listed: its name is not valid UTF-8; rename it.");
        var data = new ImageFolder(folder.FullName, Skip);
        data.ClassNames.Should().Equal("a");
        data.LeftOut[0].Should().Be(new LeftOutFiles("folders that cannot be listed", 1, At("b\uFFFD")));
    }

    [Fact]
    public void Identity_SkippedBySize_HasTheLimitThatDecides()
    {
        Save("1.png");
        string Identity(int limit) =>
            new ImageFolder(folder.FullName, Skip with { Load = new ImageLoadOptions { MaxPixels = limit } }).Identity;
        Identity(ImageLoadOptions.DefaultMaxPixels).Should().Be(new ImageFolder(folder.FullName, Skip).Identity);
        Identity(100).Should().EndWith(", at most 100 pixels");
    }

    private string At(string name) => Path.GetFullPath(name, folder.FullName);

    private void Save(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        using Tensor image = full([3, 2, 2], 50L, uint8);
        ImageFile.SavePng(At(name), image);
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.CreateSymbolicLink(At(name), target);
    }

    // .NET makes no pipes and no names that are not UTF-8.
    private void Shell(string command)
    {
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder.FullName })!;
        shell.WaitForExit();
        shell.ExitCode.Should().Be(0);
    }

    private sealed class Typed(ILogger logger) : ILogger<ImageFolder>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel level) => logger.IsEnabled(level);

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
            logger.Log(level, id, state, exception, text);
    }
}
