namespace Ddpm.Core.Tests.Native;

/// <summary>Marks a test of what the library does on Linux alone: skipped on other systems.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Only on Linux is the native library repaired.";
    }
}
