namespace Ddpm.Models.Tests.Inference;

/// <summary>Marks a theory that sets the threads of OpenMP: skipped where libtorch was built without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenMpTheoryAttribute : TheoryAttribute
{
    public OpenMpTheoryAttribute()
    {
        if (!OpenMpThreads.IsAvailable) Skip = "libtorch does not use OpenMP here.";
    }
}
