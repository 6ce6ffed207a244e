namespace Ddpm.Distributed.Mpi;

/// <summary>Recognises mpirun and srun, for programs that do not start MPI.</summary>
public static class MpiLauncher
{
    /// <summary>
    /// Refuses to work alone if a launcher started several processes, because each would do the whole work in the same folders.
    /// </summary>
    /// <param name="remedy">A clause that says what makes the processes work together.</param>
    /// <exception cref="MpiException">A launcher started more than this process.</exception>
    public static void RequireAlone(string remedy)
    {
        ArgumentException.ThrowIfNullOrEmpty(remedy);
        if (Launcher.Find(Environment.GetEnvironmentVariable) is not { Processes: > 1 } launcher) return;
        throw new MpiException(
            $"{launcher.Name} started {launcher.Processes} processes ({launcher.Variable}), each of which would do the whole work by " +
            $"itself. {remedy}, or unset {launcher.Variable} where they are to be independent.");
    }
}
