namespace Ddpm.Models.Tests.Inference;

/// <summary>Marks a theory of native plans: skipped where the processor's vectors are too short for them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativePlanTheoryAttribute : TheoryAttribute
{
    public NativePlanTheoryAttribute()
    {
        if (InferencePaths.All.NativeLanes == 0) Skip = "This processor has no vectors of 256 bits, which native plans need.";
    }
}
