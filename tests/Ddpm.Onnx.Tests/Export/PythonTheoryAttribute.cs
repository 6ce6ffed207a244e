namespace Ddpm.Onnx.Tests.Export;

/// <summary>A theory that needs python3; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "python3")))) Skip = "python3 is not installed.";
    }
}
