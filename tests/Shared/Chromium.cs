using System.Diagnostics;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Ddpm.Tests;

/// <summary>A page in a window of <see cref="ChromiumBrowser"/>, which begins with nothing stored.</summary>
internal sealed class Chromium : IDisposable
{
    private readonly ChromiumBrowser browser;
    private readonly string window;
    private readonly Uri address;
    private bool left;

    /// <param name="browser">The browser.</param>
    /// <param name="window">The handle of the page's window.</param>
    /// <param name="address">Where the page will be, whose storage is forgotten in the end.</param>
    /// <param name="downloads">The folder of the page's downloads.</param>
    public Chromium(ChromiumBrowser browser, string window, Uri address, DirectoryInfo downloads) =>
        (this.browser, this.window, this.address, Downloads) = (browser, window, address, downloads);

    public DirectoryInfo Downloads { get; }

    /// <summary>Errors and warnings on the console.</summary>
    public IReadOnlyList<string> Console => [.. Driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message)];

    private ChromeDriver Driver => browser.At(window);

    public IWebElement Find(string id) => Driver.FindElement(By.Id(id));

    /// <summary>The text of an element as it is seen, by one short script: many ask for it over and over.</summary>
    public string Text(string id) =>
        (string)Script(
            "const seen = document.getElementById(arguments[0]); return seen.checkVisibility() ? seen.innerText.trim() : ''", id)!;

    public IReadOnlyList<IWebElement> All(string selector) => Driver.FindElements(By.CssSelector(selector));

    public object? Script(string script, params object[] arguments) => Driver.ExecuteScript(script, arguments);

    /// <summary>Runs a script that gives its result to the function that is its last argument.</summary>
    public object? AsyncScript(string script, params object[] arguments) => Driver.ExecuteAsyncScript(script, arguments);

    public void Set(string id, string value)
    {
        IWebElement field = Find(id);
        field.Clear();
        field.SendKeys(value);
    }

    /// <summary>Makes the network of this page slow from now on.</summary>
    /// <param name="latency">What each answer takes longer.</param>
    /// <param name="bytesPerSecond">What comes, and goes, in a second.</param>
    public void SlowDown(TimeSpan latency, long bytesPerSecond)
    {
        Command("Network.enable");
        Command(
            "Network.emulateNetworkConditions", ("offline", false), ("latency", latency.TotalMilliseconds),
            ("downloadThroughput", bytesPerSecond), ("uploadThroughput", bytesPerSecond));
    }

    /// <summary>Gives a command of the Chrome DevTools Protocol for this page.</summary>
    public void Command(string name, params (string Name, object Value)[] parameters) =>
        Driver.ExecuteCdpCommand(name, parameters.ToDictionary(parameter => parameter.Name, object? (parameter) => parameter.Value));

    /// <summary>Presses keys where the keyboard is.</summary>
    public void Type(string keys) => Driver.SwitchTo().ActiveElement().SendKeys(keys);

    public void GoTo(Uri page) => Driver.Navigate().GoToUrl(page);

    public void Press(string id) => Find(id).Click();

    /// <summary>Asks often at first, then ten times a second, for two minutes.</summary>
    public static void Until(Func<bool> condition, string what, Func<string>? seen = null)
    {
        var watch = Stopwatch.StartNew();
        for (int wait = 10; !condition(); wait = Math.Min(100, wait + 10))
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException($"Two minutes were not enough for {what}. {seen?.Invoke()}");
            }

            Thread.Sleep(wait);
        }
    }

    public void SaveScreenshot(string path) => Driver.GetScreenshot().SaveAsFile(path);

    public void Dispose()
    {
        if (left) return;
        left = true;
        Command("Storage.clearDataForOrigin", ("origin", address.GetLeftPart(UriPartial.Authority)), ("storageTypes", "all"));
        Driver.Close();
    }
}
