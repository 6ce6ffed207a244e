namespace Ddpm.Tests;

/// <summary>A test that needs Chromium and its driver: skipped where they are not installed, unless CI says that they must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        bool required = Environment.GetEnvironmentVariable("CI") == "true";
        if (!required && ChromiumBrowser.Missing is { } missing)
        {
            Skip = $"{missing} is not here (Debian: apt-get install chromium chromium-driver).";
        }
    }
}
