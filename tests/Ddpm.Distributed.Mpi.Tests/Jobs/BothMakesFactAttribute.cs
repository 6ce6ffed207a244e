namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>A test that needs both OpenMPI and MPICH, skipped with the reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BothMakesFactAttribute : FactAttribute
{
    public BothMakesFactAttribute()
    {
        if (MpiLaunchers.OpenMpi is null || MpiLaunchers.Mpich is null)
        {
            Skip = $"{(MpiLaunchers.Mpich is null ? "MPICH's" : "OpenMPI's")} mpirun is not installed (openmpi-bin and mpich on Debian " +
                "and Ubuntu, which can be there together).";
        }
    }
}
