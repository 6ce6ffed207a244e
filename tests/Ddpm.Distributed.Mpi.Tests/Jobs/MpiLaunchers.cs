using System.Diagnostics;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>The launchers that are installed; two makes may be, side by side.</summary>
internal static class MpiLaunchers
{
    private static readonly Lazy<string?> OpenMpiPath = new(() => Find(["mpirun.openmpi", "mpirun"], "Open MPI"));
    private static readonly Lazy<string?> MpichPath = new(() => Find(["mpirun.mpich", "mpiexec.hydra", "mpirun"], "HYDRA"));

    /// <summary>OpenMPI's mpirun; null where there is none.</summary>
    public static string? OpenMpi => OpenMpiPath.Value;

    /// <summary>MPICH's mpirun; null where there is none.</summary>
    public static string? Mpich => MpichPath.Value;

    /// <summary>On a build server a test that is left out would go unnoticed.</summary>
    public static bool MustRun => Environment.GetEnvironmentVariable("CI") == "true";

    private static string? Find(string[] names, string mark)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Where(File.Exists)
            .FirstOrDefault(path => Version(path).Contains(mark, StringComparison.OrdinalIgnoreCase));
    }

    private static string Version(string path)
    {
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
