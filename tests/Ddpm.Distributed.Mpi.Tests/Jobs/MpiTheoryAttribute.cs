namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>As <see cref="MpiFactAttribute"/>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute()
    {
        if (MpiLaunchers.OpenMpi is null && !MpiLaunchers.MustRun)
        {
            Skip = "OpenMPI's mpirun is not installed (openmpi-bin on Debian and Ubuntu).";
        }
    }
}
