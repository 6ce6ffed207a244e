namespace Ddpm.Cli.Tests;

/// <summary>A theory that runs where a shell is installed; in CI (CI=true) a missing one fails it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellTheoryAttribute : TheoryAttribute
{
    /// <param name="shell">The program of the shell.</param>
    public ShellTheoryAttribute(string shell)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        bool mustRun = Environment.GetEnvironmentVariable("CI") == "true" && OperatingSystem.IsLinux();
        bool isThere = !OperatingSystem.IsWindows() && folders.Any(folder => File.Exists(Path.Combine(folder, shell)));
        if (!isThere && !mustRun) Skip = $"{shell} is not installed.";
    }
}
