using System.Diagnostics;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A file system in memory with little room, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(int kilobytes)
    {
        Folder = Directory.CreateTempSubdirectory("ddpm-disk-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Folder))
        {
            throw new InvalidOperationException("tmpfs could not be mounted.");
        }
    }

    public static bool IsPossible { get; } = Probe();

    public string Folder { get; }

    public void MakeReadOnly()
    {
        if (!Run("mount", "-o", "remount,ro", Folder)) throw new InvalidOperationException("tmpfs could not be made read-only.");
    }

    public void Dispose()
    {
        Run("umount", Folder);
        Directory.Delete(Folder);
    }

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux()) return false;
        string folder = Directory.CreateTempSubdirectory("ddpm-disk-").FullName;
        bool possible = Run("mount", "-t", "tmpfs", "tmpfs", folder) && Run("umount", folder);
        Directory.Delete(folder);
        return possible;
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
