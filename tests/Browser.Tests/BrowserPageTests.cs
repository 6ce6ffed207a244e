using System.Collections;
using System.Globalization;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Onnx;
using Ddpm.Tests;

namespace Browser.Tests;

/// <summary>The page of samples/Browser, with the included model.</summary>
[Trait("Category", "Slow")]
public sealed class BrowserPageTests : IAsyncLifetime
{
    private readonly DirectoryInfo models = Directory.CreateTempSubdirectory("ddpm-browser-");
    private PageServer server = null!;

    public async Task InitializeAsync()
    {
        OnnxExport.Save(Path.Combine(models.FullName, "clothes.onnx"), PageServer.Model);
        server = await PageServer.StartAsync(models.FullName);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        models.Delete(recursive: true);
    }

    [BrowserFact]
    public void Page_Ddim_DrawsThePicturesOfTheSeed() => Compare("wasm", SamplingMethod.Ddim, count: 3, steps: 10, seed: 7, guidance: 1);

    [BrowserFact]
    public void Page_DdpmWithGuidance_DrawsThePicturesOfTheSeed() =>
        Compare("wasm", SamplingMethod.Ddpm, count: 3, steps: 8, seed: -3, guidance: 2);

    [BrowserFact]
    public void Page_WebGpu_DrawsThePicturesOfTheSeed() => Compare("webgpu", SamplingMethod.Ddim, count: 1, steps: 2, seed: 1, guidance: 1);

    [BrowserFact]
    public void Page_WithoutItsModel_SaysWhatIsMissing()
    {
        using var page = new Chromium(new Uri(server.Address, "?model=model/absent.onnx"));
        page.Press("draw");
        Chromium.Until(() => page.Find("status").Text.StartsWith("model/absent.onnx.json: 404", StringComparison.Ordinal), "the error",
            () => page.Find("status").Text);
        page.Find("draw").Enabled.Should().BeTrue();
    }

    [BrowserFact]
    public void Page_Stop_EndsTheRunAndKeepsThePictures()
    {
        using var page = new Chromium(new Uri(server.Address, "?count=2&steps=1000&method=ddpm"));
        page.Press("draw");
        Chromium.Until(() => page.Find("status").Text.StartsWith("step ", StringComparison.Ordinal), "a step");
        page.Press("stop");
        Chromium.Until(() => page.Find("status").Text.StartsWith("Stopped: ", StringComparison.Ordinal), "the end");
        page.All("#gallery canvas").Should().HaveCount(2);
        page.Find("draw").Enabled.Should().BeTrue();
    }

    private void Compare(string provider, SamplingMethod method, int count, int steps, long seed, double guidance)
    {
        string query = string.Create(CultureInfo.InvariantCulture,
            $"?provider={provider}&method={method.Name}&steps={steps}&seed={seed}&guidance={guidance}&count={count}");
        using var page = new Chromium(new Uri(server.Address, query), webGpu: true);
        Chromium.Until(() => page.Find("status").Text == "Ready.", "the page");
        if (provider == "webgpu") page.Script("return navigator.gpu !== undefined").Should().Be(true, "this Chromium must have WebGPU");
        object? answer = page.AsyncScript("const [done] = arguments; run().then(done, error => done(error.message))");
        answer.Should().NotBeOfType<string>("the run must not end with {0}", answer);
        float[] drawn = [.. ((IEnumerable)answer!).Cast<object>().Select(value => Convert.ToSingle(value, CultureInfo.InvariantCulture))];

        using InferenceModel model = InferenceModel.Load(PageServer.Model);
        var options = new InferenceSamplerOptions { Steps = steps, Spacing = KnownSpacings.Trailing };
        using InferenceSampler sampler = model.CreateSampler(method, options);
        long[] labels = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var request = new InferenceRequest { Count = count, Seed = seed, Labels = labels, GuidanceScale = guidance };
        float[] expected = sampler.Sample(request);
        drawn.Should().HaveCount(expected.Length);
        drawn.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-3f);
        page.Find("status").Text.Should().StartWith($"{count} pictures from seed {seed}").And.EndWith($", {provider}.");
        page.Console.Should().BeEmpty();
    }
}
