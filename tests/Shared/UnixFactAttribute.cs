namespace Ddpm.Tests;

/// <summary>A fact about what Windows lacks: pipes and devices among files, names that are not UTF-8, links that everybody may make.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "Windows has no such files.";
    }
}
