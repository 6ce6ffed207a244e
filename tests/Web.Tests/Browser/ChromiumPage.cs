using System.Globalization;
using Ddpm.Tests;
using OpenQA.Selenium;

namespace Ddpm.Web.Tests.Browser;

/// <summary>The sample's page in Chromium.</summary>
internal sealed class ChromiumPage : IDisposable
{
    private readonly Chromium page;

    /// <param name="browser">The browser of the tests.</param>
    /// <param name="address">The page to open.</param>
    /// <param name="width">The window's width in pixels.</param>
    /// <param name="height">The window's height in pixels.</param>
    /// <param name="dark">Whether pages are asked for dark colours.</param>
    /// <param name="ready">Whether to wait for the form.</param>
    public ChromiumPage(
        ChromiumBrowser browser, Uri address, int width = 1200, int height = 850, bool dark = false, bool ready = true)
    {
        page = browser.Open(address, width, height, dark);
        if (ready) UntilReady();
    }

    public DirectoryInfo Downloads => page.Downloads;

    public IReadOnlyList<string> Console => page.Console;

    public string Status => page.Text("status");

    public string Numbers => page.Text("numbers");

    public string Error => page.Text("error");

    /// <summary>The previews painted since the page was opened.</summary>
    public int Previews => Convert.ToInt32(
        Script("return Number(document.getElementById('gallery').dataset.previews ?? 0)"), CultureInfo.InvariantCulture);

    /// <summary>The value of a field of the form.</summary>
    public string Value(string id) => Find(id).GetDomProperty("value") ?? "";

    /// <summary>The id of the element that has the keyboard.</summary>
    public string Focus => (string)Script("return document.activeElement.id")!;

    public void UntilReady() =>
        Until(() => (bool)Script("return document.getElementById('draw')?.disabled === false")!, "the page's form", () => Error);

    public void GoTo(Uri address)
    {
        page.GoTo(address);
        UntilReady();
    }

    /// <summary>Makes the network slow from now on.</summary>
    public void SlowDown(TimeSpan latency, long bytesPerSecond) => page.SlowDown(latency, bytesPerSecond);

    /// <summary>Presses keys where the keyboard is.</summary>
    public void Type(string keys) => page.Type(keys);

    public static void Until(Func<bool> condition, string what, Func<string>? seen = null) => Chromium.Until(condition, what, seen);

    public IWebElement Find(string id) => page.Find(id);

    public IReadOnlyList<IWebElement> All(string selector) => page.All(selector);

    public object? Script(string script, params object[] arguments) => page.Script(script, arguments);

    /// <summary>Draws, and waits for a status that says so.</summary>
    public void Draw(string status)
    {
        // The last run may have ended with the same.
        Script("document.getElementById('status').textContent = ''");
        Press("draw");
        Until(
            () => Status == status && (bool)Script("return document.getElementById('draw').ariaDisabled === 'false'")!,
            status,
            () => Status + Error);
    }

    /// <summary>The pixels of canvases, red, green, blue and alpha of each, as text.</summary>
    public string[] Pixels(string selector) => [.. ((IEnumerable<object>)Script(
        "return [...document.querySelectorAll(arguments[0])].map(canvas => "
        + "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.join())", selector)!).Cast<string>()];

    public void Set(string id, string value) => page.Set(id, value);

    public void Press(string id) => page.Press(id);

    public void SaveScreenshot(string path) => page.SaveScreenshot(path);

    public void Dispose() => page.Dispose();
}
