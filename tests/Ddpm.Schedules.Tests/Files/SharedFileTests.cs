using Microsoft.Win32.SafeHandles;

namespace Ddpm.Schedules.Tests.Files;

/// <summary>Files that others have open: what Windows forbids unless both sides allow it.</summary>
public sealed class SharedFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-shared-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void RegularFile_ThatAWriterHasOpen_IsRead()
    {
        string path = Path.Combine(folder.FullName, "metrics.csv");
        using var writer = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        writer.Write("step\n"u8);
        RegularFile.ReadAllBytes(path, 100).Should().Equal("step\n"u8.ToArray());
    }

    [Fact]
    public void Write_OverAFileThatAReaderHasOpen_ReplacesItAndTheReaderReadsTheOld()
    {
        string path = Path.Combine(folder.FullName, "metrics.csv");
        AtomicFile.Write(path, stream => stream.Write("old"u8));
        var bytes = new byte[3];
        using SafeFileHandle reader = RegularFile.Open(path);
        bool waited = false;
        try
        {
            // Windows replaces the file once the reader has closed it.
            FileProbe.Set((operation, _) =>
            {
                if (operation != "wait" || waited) return;
                waited = true;
                RegularFile.TryFill(reader, 0, bytes).Should().BeTrue();
                reader.Dispose();
            });
            AtomicFile.Write(path, stream => stream.Write("newer"u8));
        }
        finally
        {
            FileProbe.Set(null);
        }

        if (!OperatingSystem.IsWindows()) waited.Should().BeFalse();
        if (!waited) RegularFile.TryFill(reader, 0, bytes).Should().BeTrue();
        bytes.Should().Equal("old"u8.ToArray());
        RegularFile.ReadAllBytes(path, 100).Should().Equal("newer"u8.ToArray());
        folder.GetFiles().Should().ContainSingle();
    }

    [Fact]
    public void Write_OverAReadOnlyFile_ReplacesItOrNamesItAndLeavesNothingElse()
    {
        var file = new FileInfo(Path.Combine(folder.FullName, "metrics.csv"));
        AtomicFile.Write(file.FullName, stream => stream.Write("old"u8));
        file.IsReadOnly = true;
        Exception? refusal = Record.Exception(() => AtomicFile.Write(file.FullName, stream => stream.Write("new"u8)));
        // Unix asks for the right to write to the folder only, and so does Wine.
        if (!OperatingSystem.IsWindows()) refusal.Should().BeNull();
        if (refusal is not null) refusal.Should().BeOfType<IOException>().Which.Message.Should().Contain(file.FullName);
        File.ReadAllText(file.FullName).Should().Be(refusal is null ? "new" : "old");
        folder.GetFiles().Should().ContainSingle();
        file.Refresh();
        file.IsReadOnly = false;
    }

    [Fact]
    public void Write_OverAFolder_NamesIt()
    {
        string path = folder.CreateSubdirectory("model.json").FullName;
        FluentActions.Invoking(() => AtomicFile.Write(path, stream => stream.Write("new"u8)))
            .Should().Throw<IOException>().WithMessage($"*{path}*");
        folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void RemoveLeftovers_NamesWithSeveralDots_LeavesAllOthers()
    {
        foreach (string name in new[] { ".step-000000002.0123.tmp", "step-000000002", ".other-1.0123.tmp" })
        {
            folder.CreateSubdirectory(name);
        }

        foreach (string name in new[] { ".step-3.zip.ab.tmp", "step-3.zip", ".step-3.zip.ab.old" })
        {
            File.WriteAllText(Path.Combine(folder.FullName, name), "half");
        }

        DurableFolder.RemoveLeftovers(folder.FullName, "step-*");
        folder.GetFileSystemInfos().Select(entry => entry.Name).Should()
            .BeEquivalentTo("step-000000002", ".other-1.0123.tmp", "step-3.zip", ".step-3.zip.ab.old");
    }
}
