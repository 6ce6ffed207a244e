using System.Globalization;

namespace Ddpm.Distributed.Mpi;

/// <summary>Who started this process among others, by the variables that launchers set.</summary>
/// <param name="Name">The launcher.</param>
/// <param name="Variable">The variable that tells the number of processes.</param>
/// <param name="Processes">The number of processes.</param>
internal sealed record Launcher(string Name, string Variable, int Processes)
{
    // The order matters: a launcher may have been started by another, whose variables are inherited. Slurm's own count is that of the step,
    // which only srun makes. A mark is a variable by which launchers that count in the same one differ.
    private static readonly (string Name, string Variable, string? Mark)[] Known =
    [
        (OpenMpi, "OMPI_COMM_WORLD_SIZE", null),
        ("MS-MPI's mpiexec", "PMI_SIZE", "PMI_SMPD_KEY"),
        (Hydra, "PMI_SIZE", null),
        ("MVAPICH's mpirun_rsh", "MV2_COMM_WORLD_SIZE", null),
        (Slurm, "SLURM_STEP_NUM_TASKS", null),
    ];

    public const string OpenMpi = "OpenMPI's mpirun", Hydra = "MPICH's mpirun", Slurm = "srun";

    /// <summary>Returns the launcher; null where there was none.</summary>
    /// <param name="variable">The value of an environment variable; null where it is not set.</param>
    public static Launcher? Find(Func<string, string?> variable)
    {
        foreach ((string name, string key, string? mark) in Known)
        {
            if (mark is not null && string.IsNullOrEmpty(variable(mark))) continue;
            if (int.TryParse(variable(key), NumberStyles.None, CultureInfo.InvariantCulture, out int processes) && processes > 0)
            {
                return new Launcher(name, key, processes);
            }
        }

        return null;
    }

    /// <summary>
    /// Refuses the silent mistake: a launcher and a library of different makes do not understand each other, and every process believes to
    /// be alone.
    /// </summary>
    /// <param name="launcher">The launcher; null where there was none.</param>
    /// <param name="worldSize">How many processes the library knows of.</param>
    /// <param name="library">The library.</param>
    /// <exception cref="MpiException">The launcher started several processes, but the library knows of one.</exception>
    public static void RequireMatch(Launcher? launcher, int worldSize, string library)
    {
        if (launcher is not { Processes: > 1 } || worldSize != 1) return;
        string remedy = launcher.Name == Slurm
            ? "start with srun --mpi=pmix or --mpi=pmi2, whichever the library was built for (srun --mpi=list names them)"
            : "use the launcher that belongs to the library";
        throw new MpiException($"{launcher.Name} started {launcher.Processes} processes ({launcher.Variable}), but the MPI library, " +
            $"{library}, knows of this one only: they are of different makes. Name the launcher's library in " +
            $"{MpiOptions.LibraryVariable}, or {remedy}.");
    }
}
