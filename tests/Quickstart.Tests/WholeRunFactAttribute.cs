namespace Quickstart.Tests;

/// <summary>
/// Runs the program as users do, which takes minutes: where DDPM_WHOLE_RUNS is 1, or CI is true. Skipped elsewhere with that reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WholeRunFactAttribute : FactAttribute
{
    public WholeRunFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("DDPM_WHOLE_RUNS") != "1" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "The whole Quickstart takes minutes: set DDPM_WHOLE_RUNS=1 to run it.";
        }
    }
}
