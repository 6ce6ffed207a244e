using Ddpm.Models;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;

namespace Ddpm.Web.Tests.Browser;

/// <summary>Guidance away from a weaker model on the page, by a model without classes.</summary>
[Trait("Category", "Slow")]
[Collection(OneBrowser.Name)]
public sealed class GuidancePageTests(ChromiumBrowser browser) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-web-");

    public void Dispose() => folder.Delete(recursive: true);

    [ChromiumFact]
    public async Task Page_WeakerModel_GuidesWithoutAClassAndKeepsTheInterval()
    {
        await using WebApplication app = WebServer.Create(new ServerOptions
        {
            Port = 0,
            Model = served => (served.Folder, served.WeakFolder) = (Saved("model", 3), Saved("weak", 4)),
        });
        await app.StartAsync();
        using (var page = new ChromiumPage(browser, WebServer.Address(app)))
        {
            page.Set("steps", "5");
            page.Set("count", "1");
            page.Set("seed", "5");
            page.Set("guidance", "1");
            string alone = Draw(page);
            page.Set("guidance", "3");
            string guided = Draw(page);
            page.Script("document.getElementById('more').open = true");
            (page.Value("guidance-first"), page.Value("guidance-last")).Should().Be(("0", "99"));
            page.Set("guidance-first", "20");
            page.Set("guidance-last", "60");
            string sometimes = Draw(page);
            new[] { alone, guided, sometimes }.Should().OnlyHaveUniqueItems();
            page.All("#runs button")[0].Text.Should().Contain("guidance 3 · at t = 20 to 60");

            // The address draws it again, and so does the album.
            page.GoTo(new Uri(WebServer.Address(app), "?steps=5&count=1&seed=5&guidance=3&guidanceInterval=20,60"));
            Draw(page).Should().Be(sometimes);
            page.GoTo(new Uri(WebServer.Address(app), "?guidanceInterval=60,20"));
            ChromiumPage.Until(() => page.Error.Contains("a first and a last timestep of 0 to 99"), "the reason", () => page.Error);
            page.Console.Should().BeEmpty();
        }

        await app.StopAsync();
    }

    private static string Draw(ChromiumPage page)
    {
        page.Draw("1 picture from seed 5.");
        return page.Pixels("#gallery canvas")[0];
    }

    private string Saved(string name, long seed)
    {
        string path = Path.Combine(folder.FullName, name);
        using UNet network = TinyNetwork.Create(classes: null, seed);
        ModelFolder.Save(path, network, ConditionalServer.Process);
        return path;
    }
}
