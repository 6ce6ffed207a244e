using System.Drawing;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Ddpm.Tests;

/// <summary>
/// A real, headless Chromium with a fresh profile, which starts with its first page. As a fixture it serves all tests of a class or a
/// collection, since its start takes longer than most tests.
/// </summary>
public sealed class ChromiumBrowser : IDisposable
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"], Drivers = ["/usr/bin/chromedriver"];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-chromium-");
    private readonly Lazy<ChromeDriver> driver;
    private string home = "", shown = "";
    private int pages;

    /// <summary>Creates a browser without WebGPU.</summary>
    public ChromiumBrowser()
        : this(webGpu: false)
    {
    }

    /// <param name="webGpu">Whether there is WebGPU: SwiftShader stands in for a graphics processor.</param>
    internal ChromiumBrowser(bool webGpu) => driver = new Lazy<ChromeDriver>(() => Start(webGpu));

    /// <summary>What is not installed; null where all is.</summary>
    internal static string? Missing => !Browsers.Any(File.Exists) ? "chromium" : !Drivers.Any(File.Exists) ? "chromedriver" : null;

    /// <summary>Opens a page in a window of its own.</summary>
    /// <param name="address">The page. What it stores is forgotten when it is closed.</param>
    /// <param name="width">The window's width in pixels.</param>
    /// <param name="height">The window's height in pixels.</param>
    /// <param name="dark">Whether the page is asked for dark colours.</param>
    internal Chromium Open(Uri address, int width = 1200, int height = 850, bool dark = false)
    {
        driver.Value.SwitchTo().Window(home);
        driver.Value.SwitchTo().NewWindow(WindowType.Window);
        shown = driver.Value.CurrentWindowHandle;
        driver.Value.Manage().Window.Size = new Size(width, height);
        // What an earlier page said is not this one's.
        driver.Value.Manage().Logs.GetLog(LogType.Browser);
        var page = new Chromium(this, shown, address, folder.CreateSubdirectory($"downloads-{pages++}"));
        try
        {
            page.Command("Browser.setDownloadBehavior", ("behavior", "allow"), ("downloadPath", page.Downloads.FullName));
            if (dark)
            {
                var colours = new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = "dark" };
                page.Command("Emulation.setEmulatedMedia", ("features", new[] { colours }));
            }

            page.GoTo(address);
            return page;
        }
        catch (WebDriverException)
        {
            // Nobody has a page to dispose.
            page.Dispose();
            throw;
        }
    }

    /// <summary>The driver, which acts on the given window.</summary>
    internal ChromeDriver At(string window)
    {
        if (shown != window) driver.Value.SwitchTo().Window(shown = window);
        return driver.Value;
    }

    public void Dispose()
    {
        if (driver.IsValueCreated) driver.Value.Dispose();
        // The browser writes a little longer than its driver lives.
        for (int wait = 0; ; wait++)
        {
            try
            {
                folder.Delete(recursive: true);
                return;
            }
            catch (IOException) when (wait < 50)
            {
                Thread.Sleep(100);
            }
        }
    }

    private ChromeDriver Start(bool webGpu)
    {
        if (Missing is { } missing) throw new InvalidOperationException($"CI needs {missing} for this test.");
        var options = new ChromeOptions { BinaryLocation = Browsers.First(File.Exists) };
        options.AddArguments(
            "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            $"--user-data-dir={folder.CreateSubdirectory("profile").FullName}");
        // Compilers take most of the time of a test with WebGPU: its programs get no checks of bounds, and WebAssembly only the first and
        // quick compiler.
        options.AddArguments(webGpu
            ? [
                "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan",
                "--enable-dawn-features=disable_robustness,disable_workgroup_init", "--js-flags=--liftoff-only",
            ]
            : (string[])["--disable-gpu"]);
        options.AddUserProfilePreference("download.prompt_for_download", false);
        options.SetLoggingPreference(LogType.Browser, OpenQA.Selenium.LogLevel.Warning);
        string path = Drivers.First(File.Exists);
        var service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(path), Path.GetFileName(path));
        var started = new ChromeDriver(service, options, TimeSpan.FromMinutes(5));
        started.Manage().Timeouts().AsynchronousJavaScript = TimeSpan.FromMinutes(5);
        home = shown = started.CurrentWindowHandle;
        return started;
    }
}
