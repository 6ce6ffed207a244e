using System.Globalization;
using Ddpm.Tests;
using OpenQA.Selenium;

namespace Ddpm.Web.Tests.Browser;

/// <summary>The sample's page in Chromium.</summary>
internal sealed class ChromiumPage : IDisposable
{
    private readonly Chromium browser;

    public ChromiumPage(Uri address, int width = 1200, int height = 850, bool dark = false)
    {
        browser = new Chromium(address, width, height, dark);
        Until(() => Find("draw").Enabled, "the page's form");
    }

    public DirectoryInfo Downloads => browser.Downloads;

    public IReadOnlyList<string> Console => browser.Console;

    public string Status => Find("status").Text;

    public string Numbers => Find("numbers").Text;

    public string Error => Find("error").Text;

    /// <summary>The previews painted since the page was opened.</summary>
    public int Previews => int.Parse(Find("gallery").GetDomAttribute("data-previews") ?? "0", CultureInfo.InvariantCulture);

    public static void Until(Func<bool> condition, string what, Func<string>? seen = null) => Chromium.Until(condition, what, seen);

    public IWebElement Find(string id) => browser.Find(id);

    public IReadOnlyList<IWebElement> All(string selector) => browser.All(selector);

    public object? Script(string script, params object[] arguments) => browser.Script(script, arguments);

    public void Set(string id, string value) => browser.Set(id, value);

    public void Press(string id) => browser.Press(id);

    public void SaveScreenshot(string path) => browser.SaveScreenshot(path);

    public void Dispose() => browser.Dispose();
}
