namespace Ddpm.Web.Tests;

/// <summary>The states of runs.</summary>
internal static class JobState
{
    public const string Running = "running";
    public const string Finished = "finished";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}
