using Ddpm.Tests;

namespace Browser.Tests;

/// <summary>
/// A test that needs Chromium and ONNX Runtime Web: skipped where they are not installed, unless CI says that they must be.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") return;
        if (ChromiumBrowser.Missing is { } missing) Skip = $"{missing} is not here (Debian: apt-get install chromium chromium-driver).";
        else if (!Directory.Exists(Path.Combine(PageServer.Sample, "node_modules"))) Skip = "npm ci was not run in samples/Browser.";
    }
}
