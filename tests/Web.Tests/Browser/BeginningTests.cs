using System.Globalization;
using Ddpm.Tests;

namespace Ddpm.Web.Tests.Browser;

/// <summary>What a run begins with, on the page: pictures, parts of pictures, seeds; and the noise, shown from its first step.</summary>
[Trait("Category", "Slow")]
[Collection(OneBrowser.Name)]
public sealed class BeginningTests(ChromiumBrowser browser)
{
    [ChromiumFact]
    public async Task Page_PictureThatWasDrawn_BeginsTheNextRunAndComesBackFromTheAlbum()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        Settings(page, steps: 10, count: 2, seed: 3);
        Draw(page, 2, 3);
        Choose(page, "begin", "picture");
        page.Press("draw");
        ChromiumPage.Until(() => page.Error.Length > 0, "the reason");
        page.Error.Should().Be("Choose the picture to begin with: press one that was drawn, or choose a file.");

        page.All("#gallery a")[1].Click();
        ChromiumPage.Until(() => Label(page, "first") == "Picture to begin with", "the picture", () => Label(page, "first"));
        page.Pixels("#first")[0].Should().Be(page.Pixels("#gallery canvas")[1]);
        page.Downloads.GetFiles().Should().BeEmpty();
        page.Set("strength", "0.3");
        page.Set("seed", "4");
        Draw(page, 2, 4);
        page.All("#runs button")[0].Text.Should().Be("DDPM · 10 steps · 2 pictures · seed 4 · from a picture, strength 0.3");
        bool fits = (bool)page.Script("const form = document.getElementById('form'); return form.scrollWidth <= form.clientWidth")!;
        fits.Should().BeTrue("a form scrolls in one direction only");

        page.GoTo(server.Address);
        page.All("#runs button")[0].Click();
        ChromiumPage.Until(() => page.Status.StartsWith("Drawn before", StringComparison.Ordinal), "the earlier run", () => page.Status);
        (page.Value("begin"), page.Value("strength"), Label(page, "first")).Should().Be(("picture", "0.3", "Picture to begin with"));
        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_PartOfAPicture_KeepsTheRest()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        Settings(page, steps: 5, count: 1, seed: 3);
        Draw(page, 1, 3);
        page.Find("sampler-ddim").Click();
        Choose(page, "begin", "part");
        page.Find("sampler-ddpm").Selected.Should().BeTrue("only DDPM goes back and forth");
        page.Find("sampler-ddim").Enabled.Should().BeFalse();
        page.All("#gallery a")[0].Click();
        ChromiumPage.Until(() => Label(page, "first").EndsWith("of which all is kept", StringComparison.Ordinal), "the picture");
        string before = page.Pixels("#gallery canvas")[0];
        page.Press("draw");
        ChromiumPage.Until(() => page.Error == "Paint over what is to be drawn anew, or choose a part.", "the reason", () => page.Error);

        // One stroke of the brush, then the left half in its place.
        Stroke(page, 1, 1, 6, 6);
        ChromiumPage.Until(() => Label(page, "first").EndsWith("of which a part is drawn anew", StringComparison.Ordinal), "the stroke");
        Choose(page, "part", "left");
        page.Set("steps", "5");
        page.Set("resamples", "2");
        page.Set("seed", "8");
        Draw(page, 1, 8);
        int[] was = Numbers(before), now = Numbers(page.Pixels("#gallery canvas")[0]);
        bool[] isLeft = [.. Enumerable.Range(0, 64).Select(pixel => pixel % 8 < 4)];
        int Difference(bool left) => Enumerable.Range(0, 64).Where(pixel => isLeft[pixel] == left)
            .Max(pixel => Math.Abs(was[4 * pixel] - now[4 * pixel]));
        Difference(left: false).Should().BeLessThanOrEqualTo(1);
        Difference(left: true).Should().BeGreaterThan(20);
        Choose(page, "begin", "noise");
        page.Find("sampler-ddim").Enabled.Should().BeTrue();
        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_TwoSeeds_GiveThePicturesBetween()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        page.Find("sampler-ddim").Click();
        Settings(page, steps: 5, count: 1, seed: 3);
        Draw(page, 1, 3);
        string first = page.Pixels("#gallery canvas")[0];
        Choose(page, "begin", "seeds");
        page.Set("to-seed", "4");
        page.Set("count", "3");
        Draw(page, 3, 3);
        string[] between = page.Pixels("#gallery canvas");
        between[0].Should().Be(first);
        between.Distinct().Should().HaveCount(3);
        ((string)page.Script("return location.search")!).Should().Be("?sampler=ddim&steps=5&seed=3&count=3&toSeed=4");
        page.GoTo(new Uri((string)page.Script("return location.href")!));
        (page.Value("begin"), page.Value("to-seed"), page.Error).Should().Be(("seeds", "4", ""));
    }

    [ChromiumFact]
    public async Task Page_Replay_BeginsWithTheSeedsNoiseAndShowsXtBesideTheEstimates()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        using var page = new ChromiumPage(browser, server.Address);
        Settings(page, steps: 5, count: 1, seed: 3);
        page.Press("draw");
        // One by one: a page that is slower than a run misses steps.
        for (int step = 1; step < 5; step++)
        {
            server.Model.Permit(1);
            ChromiumPage.Until(() => page.Previews >= step, $"preview {step}", () => page.Numbers + page.Error);
        }

        server.Model.Open();
        ChromiumPage.Until(() => page.Status == "1 picture from seed 3.", "the end", () => page.Status + page.Error);
        Replay(page, 0);
        page.Numbers.Should().StartWith("step 0 of 5");
        string noise = page.Pixels("#gallery canvas")[0];
        Replay(page, 3);
        string estimate = page.Pixels("#gallery canvas")[0];
        page.Press("noisy");
        string xt = page.Pixels("#gallery canvas")[0];
        xt.Should().NotBe(estimate);
        Replay(page, 0);
        page.Pixels("#gallery canvas")[0].Should().Be(noise, "x_T is all there is before the first step");

        // The noise is the seed's, whatever the run.
        page.Find("sampler-ddim").Click();
        Settings(page, steps: 4, count: 1, seed: 3);
        Draw(page, 1, 3);
        Replay(page, 0);
        page.Pixels("#gallery canvas")[0].Should().Be(noise);
    }

    [ChromiumFact]
    public async Task Page_Files_AreTakenOrRefusedByName()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        Settings(page, steps: 5, count: 2, seed: 3);
        Draw(page, 2, 3);
        page.Press("grid");
        string grid = Path.Combine(page.Downloads.FullName, "ddpm-ddpm-5-seed3-grid.png");
        string text = Path.Combine(page.Downloads.FullName, "notes.png");
        ChromiumPage.Until(() => File.Exists(grid), "the grid");
        File.WriteAllText(text, "no picture");
        Choose(page, "begin", "pictures");
        page.Find("file").SendKeys(text);
        ChromiumPage.Until(() => page.Error == "notes.png is no picture that this browser can read.", "the reason", () => page.Error);
        page.Find("file").SendKeys(grid);
        ChromiumPage.Until(() => Label(page, "first") == "First picture", "the first picture", () => Label(page, "first"));
        page.All("#gallery a")[0].Click();
        ChromiumPage.Until(() => Label(page, "second") == "Second picture", "the second picture", () => Label(page, "second"));
        Draw(page, 2, 3);
        page.All("#runs button")[0].Text.Should().EndWith("between two pictures, strength 0.5");
    }

    private static void Settings(ChromiumPage page, int steps, int count, int seed)
    {
        page.Set("steps", steps.ToString(CultureInfo.InvariantCulture));
        page.Set("count", count.ToString(CultureInfo.InvariantCulture));
        page.Set("seed", seed.ToString(CultureInfo.InvariantCulture));
    }

    private static void Draw(ChromiumPage page, int count, int seed) =>
        page.Draw($"{count} {(count == 1 ? "picture" : "pictures")} from seed {seed}.");

    private static void Choose(ChromiumPage page, string id, string value) => page.Script(
        "const list = document.getElementById(arguments[0]); list.value = arguments[1]; list.dispatchEvent(new Event('change'))",
        id,
        value);

    private static string Label(ChromiumPage page, string id) => page.Find(id).GetDomProperty("ariaLabel") ?? "";

    private static void Replay(ChromiumPage page, int sheet) => page.Script(
        "const replay = document.getElementById('replay'); replay.value = arguments[0]; replay.dispatchEvent(new Event('input'))", sheet);

    // From one place of the picture to another, in pixels of the model.
    private static void Stroke(ChromiumPage page, double x0, double y0, double x1, double y1) => page.Script(
        """
        const pad = document.getElementById("first"), box = pad.getBoundingClientRect();
        const at = (type, x, y) => pad.dispatchEvent(new PointerEvent(type,
          { pointerId: 1, bubbles: true, clientX: box.left + x / pad.width * box.width, clientY: box.top + y / pad.height * box.height }));
        pad.setPointerCapture = () => { };
        at("pointerdown", arguments[0], arguments[1]);
        at("pointermove", arguments[2], arguments[3]);
        at("pointerup", arguments[2], arguments[3]);
        """, x0, y0, x1, y1);

    private static int[] Numbers(string pixels) => [.. pixels.Split(',').Select(value => int.Parse(value, CultureInfo.InvariantCulture))];
}
