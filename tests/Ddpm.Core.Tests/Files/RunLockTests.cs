namespace Ddpm.Core.Tests.Files;

public sealed class RunLockTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-lock-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void OfFolder_SecondRun_IsRefusedWithTheFolderUntilTheFirstEnds()
    {
        string run = Path.Combine(folder.FullName, "new", "run");
        RunLock first = RunLock.OfFolder(run);
        Func<RunLock> second = () => RunLock.OfFolder(run);
        second.Should().Throw<IOException>().WithMessage($"{run} is in use by another run: *");
        first.Dispose();
        second().Dispose();
    }

    [Fact]
    public void OfFolder_OtherNameOrFolder_IsFree()
    {
        using RunLock first = RunLock.OfFolder(folder.FullName), second = RunLock.OfFolder(folder.FullName, name: "grids");
        RunLock.OfFolder(Path.Combine(folder.FullName, "other")).Dispose();
    }

    [Fact]
    public void OfFile_SecondRun_IsRefusedAndNothingIsLeft()
    {
        string file = Path.Combine(folder.FullName, "bound.json");
        RunLock first = RunLock.OfFile(file);
        FluentActions.Invoking(() => RunLock.OfFile(file)).Should().Throw<IOException>().WithMessage($"{file} is in use by another run: *");
        first.Dispose();
        folder.EnumerateFileSystemInfos().Should().BeEmpty();
        RunLock.OfFile(file).Dispose();
    }

    [Fact]
    public void OfFile_ManyAtOnce_OneHasIt()
    {
        string file = Path.Combine(folder.FullName, "bound.json");
        int inside = 0, most = 0, taken = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (int i = 0; i < 500; i++)
            {
                try
                {
                    using RunLock held = RunLock.OfFile(file);
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    Interlocked.Increment(ref taken);
                    Interlocked.Decrement(ref inside);
                }
                catch (IOException exception) when (exception.Message.StartsWith(file, StringComparison.Ordinal))
                {
                }
            }
        });
        most.Should().Be(1);
        taken.Should().BeGreaterThan(0);
    }

    [Fact]
    public void RequireFree_RunThatWrites_IsNamedUntilItEnds()
    {
        RunLock.RequireFree(Path.Combine(folder.FullName, "none"));
        using (RunLock.OfFolder(folder.FullName))
        {
            FluentActions.Invoking(() => RunLock.RequireFree(folder.FullName)).Should().Throw<IOException>()
                .WithMessage($"{folder.FullName} is in use by another run: *");
        }

        RunLock.RequireFree(folder.FullName);
        folder.EnumerateFileSystemInfos().Should().BeEmpty("the lock file goes with the lock");
    }

    [Fact]
    public void RequireFree_LockFileOfAKilledProcess_IsFree()
    {
        File.WriteAllText(Path.Combine(folder.FullName, ".run.lock"), "");
        RunLock.RequireFree(folder.FullName);
        RunLock.OfFolder(folder.FullName).Dispose();
    }

    [Fact]
    public void OfFolder_FolderThatIsAFile_IsNoQuestionOfUse()
    {
        string file = Path.Combine(folder.FullName, "file");
        File.WriteAllText(file, "");
        FluentActions.Invoking(() => RunLock.OfFolder(file)).Should().Throw<IOException>().Which.Message.Should().NotContain("in use");
    }
}
