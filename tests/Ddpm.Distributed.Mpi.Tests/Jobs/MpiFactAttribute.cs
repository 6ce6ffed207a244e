namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>
/// A test that starts processes with OpenMPI's mpirun: skipped with the reason where there is none, but not on a build server, where it
/// fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute()
    {
        if (MpiLaunchers.OpenMpi is null && !MpiLaunchers.MustRun)
        {
            Skip = "OpenMPI's mpirun is not installed (openmpi-bin on Debian and Ubuntu).";
        }
    }
}
