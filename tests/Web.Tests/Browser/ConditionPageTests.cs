using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Tests;

namespace Ddpm.Web.Tests.Browser;

/// <summary>The fields of a model's conditions on the page.</summary>
[Trait("Category", "Slow")]
[Collection(OneBrowser.Name)]
public sealed class ConditionPageTests(ChromiumBrowser browser)
{
    [ChromiumFact]
    public async Task Page_ModelWithConditions_TakesAPictureAndNumbers()
    {
        await using ConditionalServer server = await ConditionalServer.StartAsync(
            classes: 3, NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("size", 2));
        using var page = new ChromiumPage(browser, server.Address);
        page.Set("steps", "3");
        page.Set("count", "1");
        page.Set("seed", "5");
        page.Press("draw");
        const string Missing = "Choose a file for the picture low, which the model is given.";
        ChromiumPage.Until(() => page.Error == Missing, "the reason", () => page.Error);

        string file = Path.Combine(server.Folder, "low.png");
        using (FileStream png = File.Create(file)) PngEncoder.Write(png, [.. Enumerable.Range(0, 64).Select(i => (byte)(4 * i))], 8, 8, 1);
        page.Find("given-low-file").SendKeys(file);
        ChromiumPage.Until(() => page.Find("given-low").GetDomProperty("ariaLabel") == "The picture low", "the picture");
        page.Draw("1 picture from seed 5.");
        string first = page.Pixels("#gallery canvas")[0];
        page.Set("given-size-0", "2");
        page.Set("given-size-1", "-1.5");
        page.Draw("1 picture from seed 5.");
        page.Pixels("#gallery canvas")[0].Should().NotBe(first);
        page.All("#runs button")[0].Text.Should().EndWith("seed 5 · given low · size 2, -1.5");

        // With a class, whose guidance keeps the conditions.
        page.Script("const list = document.getElementById('label'); list.value = '1'; list.dispatchEvent(new Event('change'))");
        page.Draw("1 picture from seed 5.");
        page.Error.Should().BeEmpty();

        page.GoTo(server.Address);
        page.All("#runs button")[1].Click();
        ChromiumPage.Until(() => page.Status.StartsWith("Drawn before", StringComparison.Ordinal), "the earlier run", () => page.Status);
        (page.Value("given-size-1"), page.Find("given-low").GetDomProperty("ariaLabel")).Should().Be(("-1.5", "The picture low"));
        page.Console.Should().BeEmpty();
    }

    [ChromiumFact]
    public async Task Page_ConditionThatNoFieldTakes_SaysThatProgramsGiveIt()
    {
        await using ConditionalServer server = await ConditionalServer.StartAsync(null, NetworkCondition.Spatial("pair", 2));
        using var page = new ChromiumPage(browser, server.Address);
        const string Sentence = "The model is given pair, 2×8×8 numbers: only a program can, as conditions.pair of POST /api/samples.";
        page.Find("conditions").Text.Should().Be(Sentence);
        page.Press("draw");
        ChromiumPage.Until(() => page.Error == Sentence, "the reason", () => page.Error);
    }
}
