namespace Ddpm.Models.Tests.Inference;

/// <summary>Marks a test that sets the threads of OpenMP: skipped where libtorch was built without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenMpFactAttribute : FactAttribute
{
    public OpenMpFactAttribute()
    {
        if (!OpenMpThreads.IsAvailable) Skip = "libtorch does not use OpenMP here.";
    }
}
