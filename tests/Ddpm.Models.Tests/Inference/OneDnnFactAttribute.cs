namespace Ddpm.Models.Tests.Inference;

/// <summary>Marks a test of oneDNN's operations: skipped where libtorch was built without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OneDnnFactAttribute : FactAttribute
{
    public OneDnnFactAttribute()
    {
        if (OneDnn.Instance is null) Skip = "libtorch has no oneDNN operations here.";
    }
}
