using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenQA.Selenium;

namespace Ddpm.Web.Tests.Browser;

/// <summary>What the page promises beside a run: addresses, what was drawn before, a server that is gone, the keyboard.</summary>
[Trait("Category", "Slow")]
[Collection(OneBrowser.Name)]
public sealed class PromiseTests(ChromiumBrowser browser)
{
    [ChromiumFact]
    public async Task Page_Address_HoldsTheSettingsAndSaysWhatCannotBe()
    {
        await using TestServer server = await TestServer.StartAsync(classes: 3);
        using var page = new ChromiumPage(browser, new Uri(server.Address, "/?steps=7&sampler=ddim&count=2&seed=9&label=1&guidance=3.5"));
        (page.Value("steps"), page.Value("count"), page.Value("seed"), page.Value("label"), page.Value("guidance"))
            .Should().Be(("7", "2", "9", "1", "3.5"));
        page.Find("sampler-ddim").Selected.Should().BeTrue();
        page.Error.Should().BeEmpty();
        page.Draw("2 pictures from seed 9.");

        page.Set("seed", "10");
        page.Draw("2 pictures from seed 10.");
        ((string)page.Script("return location.search")!).Should().Be("?sampler=ddim&steps=7&seed=10&count=2&label=1&guidance=3.5");

        page.GoTo(new Uri(server.Address, "/?steps=5000&seed=-1&label=44&guidance=x&count=&colour=red&sampler=best"));
        page.Error.Should().Contain("The address asks for steps=5000, which must be 1 to 100.")
            .And.Contain("seed=-1, which must be 0 to 9007199254740991.").And.Contain("label=44, which must be one of 0, 1, 2.")
            .And.Contain("guidance=x, which must be 0 to 20.").And.Contain("count=, which must be 1 to 64.")
            .And.Contain("colour=red, which must be absent.").And.Contain("sampler=best, which must be one of ddpm, ddim");
        page.Value("steps").Should().Be("100");
        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_DrawnBefore_SurvivesAReloadWithPicturesAndSettings()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        page.Find("album").Displayed.Should().BeFalse();
        page.Set("steps", "4");
        page.Set("count", "3");
        page.Set("seed", "5");
        page.Draw("3 pictures from seed 5.");
        string[] drawn = page.Pixels("#gallery canvas");
        page.Set("seed", "6");
        page.Draw("3 pictures from seed 6.");
        page.All("#runs button").Should().HaveCount(2);
        // The same once more is no other run.
        page.Draw("3 pictures from seed 6.");
        page.All("#runs button").Should().HaveCount(2);

        page.GoTo(server.Address);
        page.All("#runs button").Select(run => run.Text).Should()
            .Equal("DDPM · 4 steps · 3 pictures · seed 6", "DDPM · 4 steps · 3 pictures · seed 5");
        page.All("#runs button")[1].Click();
        ChromiumPage.Until(() => page.Status == "Drawn before: DDPM · 4 steps · 3 pictures · seed 5.", "the run", () => page.Status);
        (page.Value("steps"), page.Value("count"), page.Value("seed")).Should().Be(("4", "3", "5"));
        page.Pixels("#gallery canvas").Should().Equal(drawn);
        page.Find("archive").Displayed.Should().BeFalse("the server keeps no old runs for ever");

        page.Press("forget");
        page.Find("album").Displayed.Should().BeFalse();
        page.GoTo(server.Address);
        page.Find("album").Displayed.Should().BeFalse();
        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_ServerThatIsGone_IsSaidAndSoIsItsReturn()
    {
        TestServer server = await TestServer.StartAsync(open: false);
        int port = server.Address.Port;
        using var page = new ChromiumPage(browser, server.Address);
        page.Set("steps", "50");
        page.Press("draw");
        server.Model.Permit(1);
        ChromiumPage.Until(() => page.Numbers.StartsWith("step 1 of 50", StringComparison.Ordinal), "one step");
        await server.DisposeAsync();
        ChromiumPage.Until(() => page.Find("server").Text == "The server does not answer. This page asks again until it does.", "the news");
        if (page.Find("cancel").Displayed) page.Press("cancel");
        page.Press("draw");
        ChromiumPage.Until(() => page.Error == "The server cannot be reached.", "the error", () => page.Error);

        await using TestServer next = await TestServer.StartAsync(port: port);
        ChromiumPage.Until(() => page.Find("server").Text.Length == 0, "the return", () => page.Find("server").Text);
        page.Set("steps", "3");
        page.Set("seed", "1");
        page.Draw("16 pictures from seed 1.");
        page.Error.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_ModelThatCannotBeHad_SaysWhyAndTriesAgain()
    {
        var answers = new Queue<(int Status, string Type, string Body)>(
        [
            (502, "text/html", "<h1>Bad Gateway</h1>"),
            (503, "application/problem+json", """{"title":"No.","detail":"The model is being loaded."}"""),
        ]);
        await using WebApplication app = WebApplication.CreateSlimBuilder().Build();
        app.Urls.Add("http://127.0.0.1:0");
        PageEndpoints.Map(app);
        app.MapGet("/api/model", () =>
        {
            (int status, string type, string body) = answers.Dequeue();
            return Results.Text(body, type, statusCode: status);
        });
        await app.StartAsync();
        using var page = new ChromiumPage(browser, WebServer.Address(app), ready: false);
        ChromiumPage.Until(() => page.Error.Length > 0, "the reason");
        page.Error.Should().Be("The answer with status 502 is not JSON: something other than this server sent it.");
        page.Find("draw").Enabled.Should().BeFalse();
        page.Press("again");
        ChromiumPage.Until(() => page.Error == "The model is being loaded.", "the other reason", () => page.Error);
        await app.StopAsync();
        page.Press("again");
        ChromiumPage.Until(() => page.Error == "The server cannot be reached.", "the third reason", () => page.Error);
    }

    [ChromiumFact]
    public async Task Page_KeyboardAlone_DrawsCancelsAndKeepsItsPlace()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        using var page = new ChromiumPage(browser, server.Address);
        page.Set("steps", "40");
        page.Find("steps-range").GetDomAttribute("aria-valuetext").Should().Be("40 steps");
        page.Type(Keys.Enter);
        ChromiumPage.Until(() => server.IsRunning, "the run");
        server.Model.Permit(2);
        ChromiumPage.Until(() => page.Numbers.StartsWith("step 2 of 40", StringComparison.Ordinal), "two steps");
        ((string)page.Script("return document.title")!).Should().StartWith("5 % · ");
        page.Focus.Should().Be("steps");
        page.Type(Keys.Escape);
        ChromiumPage.Until(() => page.Status == "Cancelled.", "the cancellation");
        page.Focus.Should().Be("steps");
        ((string)page.Script("return document.title")!).Should().Be("Out of noise · Ddpm.NET");

        // The button Cancel takes the keyboard along when it goes.
        page.Script("document.getElementById('draw').focus()");
        page.Type(Keys.Enter);
        ChromiumPage.Until(() => page.Find("cancel").Displayed, "the button Cancel");
        page.Focus.Should().Be("draw");
        page.Type(Keys.Tab);
        page.Focus.Should().Be("cancel");
        page.Type(Keys.Enter);
        ChromiumPage.Until(() => page.Status == "Cancelled.", "the cancellation");
        page.Focus.Should().Be("draw");
        server.Model.Open();

        page.Set("steps", "3");
        page.Draw($"16 pictures from seed {page.Value("seed")}.");
        page.Find("replay").GetDomAttribute("aria-valuetext").Should().MatchRegex("^step 3 of 3, t = [0-9]+$");
    }

    [ChromiumFact]
    public async Task Page_WidthOfATelephone_ScrollsInOneDirectionOnly()
    {
        await using TestServer server = await TestServer.StartAsync(classes: 3);
        using var page = new ChromiumPage(browser, server.Address, width: 500, dark: true);
        page.Set("steps", "2");
        page.Set("seed", "1");
        page.Draw("16 pictures from seed 1.");
        ((bool)page.Script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")!).Should().BeTrue();
        page.Find("runs").Displayed.Should().BeTrue();
    }

    [ChromiumFact]
    public async Task Page_SlowNetwork_DrawsToTheEndAndTakesNobodyForGone()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var page = new ChromiumPage(browser, server.Address);
        // Half a second for every answer, and the speed of two modems of 1999.
        page.SlowDown(TimeSpan.FromMilliseconds(500), bytesPerSecond: 14_000);
        page.GoTo(server.Address);
        page.Set("steps", "20");
        page.Set("seed", "1");
        page.Draw("16 pictures from seed 1.");
        ChromiumPage.Until(
            () => (bool)page.Script("return [...document.querySelectorAll('#gallery img')].every(image => image.naturalWidth === 8)")!,
            "the pictures");
        page.Find("server").Text.Should().BeEmpty("slow is not gone");
        page.Error.Should().BeEmpty();
        page.Console.Should().BeEmpty();
    }
}
