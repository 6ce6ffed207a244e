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
    public void RemoveLeftovers_NamesWithSeveralDots_LeavesAllOthers()
    {
        foreach (string name in new[] { ".step-000000002.0123.tmp", "step-000000002", ".other-1.0123.tmp" }) folder.CreateSubdirectory(name);
        foreach (string name in new[] { ".step-3.zip.ab.tmp", "step-3.zip", ".step-3.zip.ab.old" })
        {
            File.WriteAllText(Path.Combine(folder.FullName, name), "half");
        }

        DurableFolder.RemoveLeftovers(folder.FullName, "step-*");
        folder.GetFileSystemInfos().Select(entry => entry.Name).Should()
            .BeEquivalentTo("step-000000002", ".other-1.0123.tmp", "step-3.zip", ".step-3.zip.ab.old");
    }
}
