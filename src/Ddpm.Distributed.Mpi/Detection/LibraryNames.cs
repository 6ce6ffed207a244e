namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Which files may be the MPI library, by what runtime packages install: a plain libmpi.so comes with development packages only.
/// </summary>
internal static class LibraryNames
{
    private const string OpenMpi = "libmpi.so.40", Mpich = "libmpich.so.12", Family = "libmpi.so.12", Standard = "libmpi_abi.so.0";
    private const string MsMpi = "msmpi.dll";

    /// <summary>Returns the names to try, the best first.</summary>
    /// <param name="option">What the program names; null for nothing.</param>
    /// <param name="variable">What the environment names; null for nothing.</param>
    /// <param name="launcher">Who started the process: where two makes are installed, its own fits.</param>
    /// <param name="isWindows">Whether the system is Windows, where MS-MPI's setup puts its file among the system's.</param>
    public static IReadOnlyList<string> Candidates(string? option, string? variable, Launcher? launcher, bool isWindows)
    {
        if (!string.IsNullOrEmpty(option)) return [option];
        if (!string.IsNullOrEmpty(variable)) return [variable];
        if (isWindows) return [MsMpi];
        return launcher?.Name == Launcher.Hydra ? [Mpich, Family, Standard, OpenMpi] : [OpenMpi, Mpich, Family, Standard];
    }
}
