using System.Globalization;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Chromium;

namespace Ddpm.Tests;

/// <summary>A page in a real, headless Chromium with a fresh profile.</summary>
internal sealed class Chromium : IDisposable
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"], Drivers = ["/usr/bin/chromedriver"];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-chromium-");
    private readonly ChromeDriver driver;
    private bool left;

    /// <param name="address">The page to open.</param>
    /// <param name="width">The window's width in pixels.</param>
    /// <param name="height">The window's height in pixels.</param>
    /// <param name="dark">Whether pages are asked for dark colours.</param>
    /// <param name="webGpu">Whether there is WebGPU: SwiftShader stands in for a graphics processor.</param>
    public Chromium(Uri address, int width = 1200, int height = 850, bool dark = false, bool webGpu = false)
    {
        if (Missing is { } missing) throw new InvalidOperationException($"CI needs {missing} for this test.");
        string downloads = Downloads.FullName;
        var options = new ChromeOptions { BinaryLocation = Browsers.First(File.Exists) };
        options.AddArguments(
            "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            $"--user-data-dir={folder.CreateSubdirectory("profile").FullName}", string.Create(
                CultureInfo.InvariantCulture,
                $"--window-size={width},{height}"));
        options.AddArguments(webGpu
            ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]
            : (string[])["--disable-gpu"]);
        if (dark) options.AddArguments("--force-dark-mode", "--blink-settings=preferredColorScheme=0");
        options.AddUserProfilePreference("download.default_directory", downloads);
        options.AddUserProfilePreference("download.prompt_for_download", false);
        options.SetLoggingPreference(LogType.Browser, OpenQA.Selenium.LogLevel.Warning);
        string driverPath = Drivers.First(File.Exists);
        driver = new ChromeDriver(
            ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(driverPath), Path.GetFileName(driverPath)),
            options,
            TimeSpan.FromMinutes(5));
        driver.Manage().Timeouts().AsynchronousJavaScript = TimeSpan.FromMinutes(5);
        try
        {
            driver.Navigate().GoToUrl(address);
        }
        catch (WebDriverException)
        {
            // Nobody has a page to dispose.
            Dispose();
            throw;
        }
    }

    /// <summary>What is not installed; null where all is.</summary>
    public static string? Missing => !Browsers.Any(File.Exists) ? "chromium" : !Drivers.Any(File.Exists) ? "chromedriver" : null;

    public DirectoryInfo Downloads => folder.CreateSubdirectory("downloads");

    /// <summary>Errors and warnings on the page's console.</summary>
    public IReadOnlyList<string> Console => [.. driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message)];

    public IWebElement Find(string id) => driver.FindElement(By.Id(id));

    public IReadOnlyList<IWebElement> All(string selector) => driver.FindElements(By.CssSelector(selector));

    public object? Script(string script, params object[] arguments) => driver.ExecuteScript(script, arguments);

    /// <summary>Runs a script that gives its result to the function that is its last argument.</summary>
    public object? AsyncScript(string script, params object[] arguments) => driver.ExecuteAsyncScript(script, arguments);

    public void Set(string id, string value)
    {
        IWebElement field = Find(id);
        field.Clear();
        field.SendKeys(value);
    }

    /// <summary>Makes the network slow from now on.</summary>
    /// <param name="latency">What each answer takes longer.</param>
    /// <param name="bytesPerSecond">What comes, and goes, in a second.</param>
    public void SlowDown(TimeSpan latency, long bytesPerSecond) => driver.NetworkConditions = new ChromiumNetworkConditions
    {
        Latency = latency,
        DownloadThroughput = bytesPerSecond,
        UploadThroughput = bytesPerSecond,
    };

    /// <summary>Presses keys where the keyboard is.</summary>
    public void Type(string keys) => driver.SwitchTo().ActiveElement().SendKeys(keys);

    public void GoTo(Uri address) => driver.Navigate().GoToUrl(address);

    public void Press(string id) => Find(id).Click();

    public static void Until(Func<bool> condition, string what, Func<string>? seen = null)
    {
        for (int wait = 0; !condition(); wait++)
        {
            if (wait == 1200) throw new TimeoutException($"Two minutes were not enough for {what}. {seen?.Invoke()}");
            Thread.Sleep(100);
        }
    }

    public void SaveScreenshot(string path) => driver.GetScreenshot().SaveAsFile(path);

    public void Dispose()
    {
        if (left) return;
        left = true;
        driver.Dispose();
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
}
