namespace Quickstart.Tests;

/// <summary>
/// Runs the program as users do, which takes minutes: where DDPM_WHOLE_RUNS is 1, or CI is true and it is not 0. Skipped elsewhere with
/// that reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WholeRunFactAttribute : FactAttribute
{
    public WholeRunFactAttribute()
    {
        string? asked = Environment.GetEnvironmentVariable("DDPM_WHOLE_RUNS");
        if (asked != "1" && (asked == "0" || Environment.GetEnvironmentVariable("CI") != "true"))
        {
            Skip = "The whole Quickstart takes minutes: set DDPM_WHOLE_RUNS=1 to run it.";
        }
    }
}
