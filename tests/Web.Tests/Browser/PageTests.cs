using System.IO.Compression;
using Ddpm.Tests;

namespace Ddpm.Web.Tests.Browser;

/// <summary>The page as people use it.</summary>
[Trait("Category", "Slow")]
[Collection(OneBrowser.Name)]
public sealed class PageTests(ChromiumBrowser browser)
{
    [ChromiumFact]
    public async Task Page_OneRun_ShowsPreviewsThenPicturesAndDownloads()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        using var page = new ChromiumPage(browser, server.Address);
        page.Find("model").Text.Should().Be("tiny · 8×8 grayscale · T = 100");
        page.All("#gallery canvas").Should().HaveCount(16);
        page.Set("steps", "10");
        page.Set("count", "4");
        page.Set("seed", "7");
        page.Press("draw");

        // A network call is a step: what the page shows follows one by one.
        for (int step = 1; step < 10; step++)
        {
            server.Model.Permit(1);
            ChromiumPage.Until(
                () => page.Numbers.Contains($"step {step} of 10", StringComparison.Ordinal),
                $"step {step}",
                () => page.Numbers + page.Error);
            page.Numbers.Should().Contain($"t = {109 - 10 * step}");
            ChromiumPage.Until(() => page.Previews >= step, $"preview {step}");
        }

        page.Status.Should().Be("Drawing …");
        page.Find("progress").GetDomAttribute("aria-valuenow").Should().Be("90");
        page.All("#gallery canvas").Should().HaveCount(4);
        server.Model.Open();

        ChromiumPage.Until(() => page.Status == "4 pictures from seed 7.", "the end", () => page.Status + page.Error);
        page.All("#gallery a img").Should().HaveCount(4);
        ChromiumPage.Until(
            () =>
                (bool)page.Script(
                    "return [...document.querySelectorAll('#gallery img')].every(image => image.complete && image.naturalWidth === 8)")!,
            "the pictures");
        page.All("#gallery img")[2].GetDomAttribute("alt").Should().Be("Picture 3 of 4, seed 7");

        page.Find("replay").GetDomProperty("value").Should().Be(page.Find("replay").GetDomProperty("max"));
        // Back to the first step, before which there is the noise alone, and forward again.
        page.Script("const replay = document.getElementById('replay'); replay.value = 1; replay.dispatchEvent(new Event('input'))");
        page.Numbers.Should().Be("step 1 of 10 · t = 99");
        page.All("#gallery.replaying").Should().HaveCount(1);
        page.Script(
            "const replay = document.getElementById('replay'); replay.value = replay.max; replay.dispatchEvent(new Event('input'))");
        page.Numbers.Should().Be("step 10 of 10 · t = 9");
        page.All("#gallery.replaying").Should().BeEmpty();

        page.Press("archive");
        page.Press("grid");
        page.All("#gallery a")[2].Click();
        string[] names = ["ddpm-ddpm-10-seed7.zip", "ddpm-ddpm-10-seed7-grid.png", "ddpm-ddpm-10-seed7-002.png"];
        ChromiumPage.Until(
            () => names.All(name => File.Exists(Path.Combine(page.Downloads.FullName, name))),
            "three downloads",
            () => string.Join(", ", page.Downloads.GetFiles().Select(file => file.Name)));
        using (ZipArchive archive = ZipFile.OpenRead(Path.Combine(page.Downloads.FullName, names[0])))
        {
            archive.Entries.Should().HaveCount(6);
        }

        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_TwoAtOnceAndOneLeaves_ItsWorkStopsAndTheOtherFinishes()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        using var leaving = new ChromiumPage(browser, server.Address);
        using var staying = new ChromiumPage(browser, server.Address);
        leaving.Set("steps", "90");
        leaving.Set("seed", "1");
        leaving.Press("draw");
        ChromiumPage.Until(() => server.IsRunning && server.Last is not null, "the first run");
        Job first = server.Last!;
        server.Model.Permit(2);
        ChromiumPage.Until(() => leaving.Numbers.StartsWith("step 2 of 90", StringComparison.Ordinal), "two steps", () => leaving.Numbers);

        staying.Set("steps", "3");
        staying.Set("seed", "2");
        staying.Press("draw");
        ChromiumPage.Until(() => staying.Status == "Next in line …", "the second page's turn", () => staying.Status);

        leaving.Dispose();
        ChromiumPage.Until(() => first.Snapshot.IsOver, "the first run's end");
        first.Snapshot.State.Should().Be(JobState.Cancelled);
        server.Model.Open();
        ChromiumPage.Until(
            () => staying.Status == "16 pictures from seed 2.",
            "the second page's pictures",
            () => staying.Status + staying.Error);
        server.Model.Calls.Should().BeLessThanOrEqualTo(2 + 1 + 3, "the first run stopped within a step");
    }

    [ChromiumFact]
    public async Task Page_CancelAndErrors_AreShownAndTheNextRunWorks()
    {
        await using TestServer server = await TestServer.StartAsync(open: false, classes: 3);
        using var page = new ChromiumPage(browser, server.Address);
        page.Find("label-field").Displayed.Should().BeTrue();
        page.Set("steps", "50");
        page.Press("draw");
        server.Model.Permit(1);
        ChromiumPage.Until(() => page.Numbers.StartsWith("step 1 of 50", StringComparison.Ordinal), "one step");
        page.Press("cancel");
        ChromiumPage.Until(() => page.Status == "Cancelled." && page.Find("draw").Enabled, "the cancellation");
        server.Model.Open();

        // Past the form's own limits, as a program or a tinkerer would.
        page.Script("document.getElementById('form').noValidate = true");
        page.Set("steps", "5000");
        page.Press("draw");
        ChromiumPage.Until(() => page.Error.Length > 0, "the reason");
        page.Error.Should().Be("steps must be a whole number from 1 to 100, but is 5000.");

        page.Set("steps", "3");
        page.Set("count", "1");
        page.Set("seed", "5");
        page.Press("draw");
        ChromiumPage.Until(() => page.Status == "1 picture from seed 5.", "the next run", () => page.Status + page.Error);
        page.Error.Should().BeEmpty();
    }
}
