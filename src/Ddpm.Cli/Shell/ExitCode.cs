namespace Ddpm.Cli.Shell;

/// <summary>The exit codes of programs. The samples and benchmarks compile this file too.</summary>
internal static class ExitCode
{
    /// <summary>Done; an error; a wrong command line; interrupted.</summary>
    public const int Done = 0, Failed = 1, Misused = 2, Cancelled = 130;
}
