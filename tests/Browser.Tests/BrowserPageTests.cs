using System.Collections;
using System.Globalization;
using Ddpm.Inference;
using Ddpm.Tests;

namespace Browser.Tests;

/// <summary>The page of samples/Browser, with the included model and with a small one.</summary>
[Trait("Category", "Slow")]
public sealed class BrowserPageTests(PageFixture fixture) : IClassFixture<PageFixture>
{
    private const string Small = "model=model/small.onnx";

    [BrowserFact]
    public void Page_IncludedModel_DrawsThePicturesOfTheSeed()
    {
        using InferenceModel model = InferenceModel.Load(PageServer.Model);
        Compare(model, "model=model/clothes.onnx", "wasm", SamplingMethod.Ddim, count: 2, steps: null, seed: 7, guidance: 1);
    }

    [BrowserFact]
    public void Page_DdpmWithGuidance_DrawsThePicturesOfTheSeed()
    {
        using InferenceModel model = SmallModel.Load();
        Compare(model, Small, "wasm", SamplingMethod.Ddpm, count: 3, steps: 8, seed: -3, guidance: 2);
    }

    [BrowserFact]
    public void Page_WebGpu_DrawsThePicturesOfTheSeed()
    {
        using InferenceModel model = SmallModel.Load();
        Compare(model, Small, "webgpu", SamplingMethod.Ddim, count: 1, steps: 2, seed: 1, guidance: 1);
    }

    [BrowserFact]
    public void Page_DistilledModel_DrawsInItsStepsWhereNobodyChoseOthers()
    {
        using InferenceModel model = SmallModel.LoadDistilled();
        Compare(model, "model=model/distilled.onnx", "wasm", SamplingMethod.Ddim, count: 2, steps: null, seed: 5, guidance: 1);
    }

    [BrowserFact]
    public void Page_WithoutItsModel_SaysWhatIsMissing()
    {
        using Chromium page = fixture.Open("?model=model/absent.onnx");
        page.Press("draw");
        Chromium.Until(() => page.Text("status").StartsWith("model/absent.onnx.json: 404", StringComparison.Ordinal), "the error",
            () => page.Text("status"));
        page.Find("draw").Enabled.Should().BeTrue();
    }

    [BrowserFact]
    public void Page_Stop_EndsTheRunAndKeepsThePictures()
    {
        using Chromium page = fixture.Open($"?{Small}&count=2&steps=1000&method=ddpm");
        // Pressed in the page, at the first step: from here it could come after the last one.
        page.Script(
            """
            const status = document.getElementById("status");
            new MutationObserver(() => { if (status.textContent.startsWith("step ")) document.getElementById("stop").click(); })
              .observe(status, { childList: true });
            """);
        page.Press("draw");
        Chromium.Until(() => page.Text("status").StartsWith("Stopped: 1 steps ", StringComparison.Ordinal), "the end",
            () => page.Text("status"));
        page.All("#gallery canvas").Should().HaveCount(2);
        page.Find("draw").Enabled.Should().BeTrue();
    }

    private void Compare(
        InferenceModel model, string file, string provider, SamplingMethod method, int count, int? steps, long seed, double guidance)
    {
        string query = string.Create(CultureInfo.InvariantCulture,
            $"?{file}&provider={provider}&method={method.Name}&seed={seed}&guidance={guidance}&count={count}");
        if (steps is not null) query += $"&steps={steps}";
        using Chromium page = fixture.Open(query);
        Chromium.Until(() => page.Text("status") == "Ready.", "the page");
        if (provider == "webgpu") page.Script("return navigator.gpu !== undefined").Should().Be(true, "this Chromium must have WebGPU");
        object? answer = page.AsyncScript("const [done] = arguments; run().then(done, error => done(error.message))");
        answer.Should().NotBeOfType<string>("the run must not end with {0}", answer);
        float[] drawn = [.. ((IEnumerable)answer!).Cast<object>().Select(value => Convert.ToSingle(value, CultureInfo.InvariantCulture))];

        var options = new InferenceSamplerOptions { Steps = steps ?? model.Schedule.Timesteps, Spacing = KnownSpacings.Trailing };
        using InferenceSampler sampler = model.CreateSampler(method, options);
        long[] labels = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var request = new InferenceRequest { Count = count, Seed = seed, Labels = labels, GuidanceScale = guidance };
        float[] expected = sampler.Sample(request);
        drawn.Should().HaveCount(expected.Length);
        drawn.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-3f);
        page.Text("status").Should().StartWith($"{count} pictures from seed {seed}").And.EndWith($", {provider}.");
        page.Console.Should().BeEmpty();
    }
}
