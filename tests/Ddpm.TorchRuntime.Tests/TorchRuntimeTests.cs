using System.Diagnostics;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Native;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void EnsureLoaded_Here_RunsForwardAndBackward()
    {
        TorchRuntime.EnsureLoaded();
        using Tensor x = ones(1, 1, 4, 4, requires_grad: true), weight = ones(1, 1, 3, 3);
        using Tensor y = nn.functional.conv2d(x, weight).sum();
        y.backward();
        y.item<float>().Should().Be(36);
        x.grad!.sum().item<float>().Should().Be(36);
    }

    [LinuxFact]
    public void Run_NoLibraryInTheFolders_SaysWhichPackageToReference()
    {
        using var folder = new TemporaryFolder();
        TorchLibraryRepair.Run([folder.Path]).Problem.Should().Contain(folder.Path)
            .And.Contain("Run `dotnet add package TorchSharp-cpu --version 0.107.0`");
        File.WriteAllText(Path.Combine(folder.Path, TorchLibraryRepair.FileName), "x");
        TorchLibraryRepair.Run([folder.Path]).Problem.Should().Contain("libc10.so was not found").And.Contain("TorchSharp-cpu");
    }

    [Fact]
    public void Of_AssemblyInAPackage_IsTheFolderOfAllPackages()
    {
        string packages = Path.Combine(Path.GetTempPath(), "packages");
        string file = Path.Combine("torchsharp", "0.107.0", "lib", "net8.0", "TorchSharp.dll");
        NuGetFolder.Of(Path.Combine(packages, file)).Should().Be(packages);
        NuGetFolder.Of(Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll")).Should().BeNull();
        NuGetFolder.Of("").Should().BeNull("a program in one file has no locations");
    }

    [LinuxFact]
    public void Run_DamagedLibraries_SaysWhatTheLoaderSaid()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in new[] { TorchLibraryRepair.FileName, "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllText(Path.Combine(folder.Path, file), "no library");
        }

        TorchLibraryRepair repair = TorchLibraryRepair.Run([folder.Path]);
        repair.Handle.Should().Be(0);
        repair.Problem.Should()
            .Contain("libc10.so cannot be loaded").And.Contain("GLIBCXX_3.4.30").And.Contain("libstdc++ here offers GLIBCXX_3.4.");
    }

    [Fact]
    public async Task EnsureLoaded_SeveralProcessesAtOnce_AllWorkAndWriteNothing()
    {
        // This folder is tests/Ddpm.TorchRuntime.Tests/bin/…; the worker lies in the same place of its own project.
        string folder = AppContext.BaseDirectory.Replace("Ddpm.TorchRuntime.Tests", "Ddpm.TorchWorker", StringComparison.Ordinal);
        string[] before = Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories);
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, Path.Combine(folder, "Ddpm.TorchWorker.dll")) { RedirectStandardOutput = true };
        Process[] workers = [.. Enumerable.Range(0, 6).Select(_ => Process.Start(start)!)];
        foreach (Process worker in workers)
        {
            string output = await worker.StandardOutput.ReadToEndAsync();
            await worker.WaitForExitAsync();
            worker.ExitCode.Should().Be(0);
            output.Trim().Should().Be("2");
            worker.Dispose();
        }

        Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Should().BeEquivalentTo(before);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("ddpm-native-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
