using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Models that are given pictures, and rows of a table, beside x_t.</summary>
public sealed class ConditionsCommandTests : IDisposable
{
    private const string Table = "height;width\n0.5;-1\n2;0.25\n-1;0\n";
    private readonly Workplace here = new();

    public ConditionsCommandTests()
    {
        SaveModel("model", null);
        using Tensor pictures = Workplace.Images(3, seed: 2);
        for (int i = 0; i < 3; i++)
        {
            Directory.CreateDirectory(here["low"]);
            using Tensor picture = pictures[i];
            ImageFile.SavePng(here[$"low/{i}.png"], picture);
        }

        File.WriteAllText(here["facts.csv"], Table);
    }

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("--condition low={low} --condition facts={facts.csv} --count 4 --batch-size 3", 4)]
    [InlineData("--condition facts={facts.csv} --condition low={low} --guidance 2.5", 3)]
    [InlineData("--condition low={low/1.png} --condition facts={facts.csv} --first 2 --count 2", 2)]
    [InlineData("--condition low={low.safetensors} --condition facts={low.safetensors} --guidance 2 --label 1,0", 3)]
    [InlineData("--condition low=none --condition facts=none --count 2", 2)]
    public void Sample_UnderConditions_IsTheLibrarysAndTheSameByBothEngines(string options, int count)
    {
        bool classes = options.Contains("--label", StringComparison.Ordinal);
        if (classes) SaveModel("model", 2);
        using var scope = NewDisposeScope();
        Tensor low = Workplace.Images(3, seed: 2).to(float32) / 127.5f - 1;
        Tensor facts = tensor(new[] { 0.5f, -1, 2, 0.25f, -1, 0 }, 3, 2);
        SafetensorsWriter.Write(
            here["low.safetensors"], [KeyValuePair.Create("low", low), KeyValuePair.Create("facts", facts)]);
        SampleOptions read = Draw("spans", options, plan => new SpanEngine(plan));
        Draw("tensors", options, plan => new TensorEngine(plan, SingleProcess.Instance));
        Files("spans").Should().BeEquivalentTo(Files("tensors"));

        if (options.Contains("=none", StringComparison.Ordinal)) (low, facts) = (zeros_like(low), zeros_like(facts));
        if (options.Contains("1.png", StringComparison.Ordinal)) low = low[1].expand(3, 1, 8, 8);
        Tensor rows = tensor(Enumerable.Range(read.First, count).Select(k => k % 3L).ToArray());
        using TrainedModel model = ModelFolder.Load(here["model"]);
        var sampler = new DdimSampler(new GuidedModel(model.Network, read.Sampling.Guidance), model.Process.Respace(4));
        Tensor expected = sampler.Sample(new SamplingRequest
        {
            FirstSample = read.First,
            Count = count,
            SampleShape = [1, 8, 8],
            Noise = new PerSampleNoise(0),
            Labels = classes ? [.. Enumerable.Range(0, count).Select(k => (k + 1) % 2L)] : null,
            Conditions = new Dictionary<string, Tensor> { ["low"] = low[rows], ["facts"] = facts[rows] },
        });
        for (int k = 0; k < count; k++)
        {
            using Tensor drawn = ImageFile.Load(here[$"spans/images/{read.First + k:D6}.png"], grayscale: true);
            (drawn.to(int32) - PixelConversion.ToBytes(expected[k..(k + 1)])[0].to(int32)).abs().max().item<int>().Should()
                .BeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void TensorEngine_WholeRunAndOneThatIsLeft_LeaveNoTensor()
    {
        SampleOptions read = Draw(
            "spans", "--condition low={low} --condition facts={facts.csv} --batch-size 2", plan => new SpanEngine(plan));
        using var engine = new TensorEngine(new SamplePlan(here["model"], read.Sampling), SingleProcess.Instance);
        IEnumerable<DrawnBatch> batches = engine.Batches(new DrawRequest(0, 5), null, CancellationToken.None);
        batches.Count().Should().Be(3);
        long tensors = Tensor.TotalCount;
        batches.Count().Should().Be(3);
        batches.First().Indices.Should().Equal(0, 1);
        Tensor.TotalCount.Should().Be(tensors);
    }

    [Fact]
    public void Sample_OtherRows_NeedAnotherFolder()
    {
        string command = "sample {model} --out {out} --sampler ddim --steps 2 --condition low={low} --condition facts={facts.csv}";
        JsonObject first = here.Json(command.Split(' '));
        ((int)first["count"]!, (int)here.Json($"{command} --count 5".Split(' '))["drawn"]!).Should().Be((3, 2));
        File.WriteAllText(here["facts.csv"], Table.Replace("0.25", "0.26"));
        (int code, _, string error) = here.Run(command.Split(' '));
        code.Should().Be(1);
        error.Should().Match("*has samples of other settings (condition-facts * there, * now): give another --out*");
    }

    [Fact]
    public void Sample_ConditionsOfAConfiguration_AreAList()
    {
        File.WriteAllText(here["sample.json"], new JsonObject
        {
            ["model"] = here["model"],
            ["out"] = here["out"],
            ["steps"] = 2,
            ["condition"] = new JsonArray($"low={here["low"]}", "facts=none"),
        }.ToJsonString());
        ((int)here.Json("sample", "--config", "{sample.json}")["drawn"]!).Should().Be(3);
    }

    [Fact]
    public void Evaluate_SamplesUnderConditions_AreThoseOfSample()
    {
        here.SaveIdx("real", 8, seed: 4);
        string options = "--sampler ddim --steps 2 --condition low={low} --condition facts={facts.csv}";
        here.Run($"sample {{model}} --out {{out}} --count 8 {options}".Split(' ')).Code.Should().Be(0);
        JsonObject stored = here.Json("evaluate", "kid", "{real}", "{out}", "--features", "pixels", "--subset-size", "4");
        JsonObject drawn = here.Json(
            [.. $"evaluate kid {{real}} {{model}} --features pixels --subset-size 4 {options}".Split(' ')]);
        ((double)drawn["metrics"]![0]!["value"]!).Should().BeApproximately((double)stored["metrics"]![0]!["value"]!, 1e-3);
        ((string)drawn["settings"]!["samples-condition-low"]!).Should().MatchRegex("^[0-9a-f]{16}$");
    }

    [Fact]
    public void Inspect_ModelWithConditions_ListsThem()
    {
        JsonNode conditions = here.Json("inspect", "{model}")["network"]!["conditions"]!;
        conditions.ToJsonString().Should().Be(
            """{"low":{"kind":"spatial","channels":1},"facts":{"kind":"vector","channels":2}}""");
        here.Run("inspect", "{model}").Output.Should().Contain("network.conditions.low.kind").And.Contain("spatial");
    }

    [Theory]
    [InlineData("low={low}", "{model} must be given its conditions (low (spatial, 1), facts (vector, 2)), but facts is missing: "
        + "--condition facts=rows.csv, or facts=none for zeros.")]
    [InlineData("low={low} facts={two.csv}", "--condition must have as many rows for each condition, or one, but low has 3 and another 4.")]
    [InlineData("low={low} facts={three.csv}",
        "--condition facts: {three.csv} must have 2 columns of numbers, but has 3: a, b, c.")]
    [InlineData("low={low} facts={gap.csv}", "--condition facts: {gap.csv} must have a number in every cell, but row 2 has none in b.")]
    [InlineData("low={low} facts={low}", "--condition facts must be a .csv or .safetensors file for [2], but is {low}.")]
    [InlineData("low={facts.csv} facts=none",
        "--condition low must be a folder of pictures, a picture, or a .safetensors file for [1, 8, 8], but is {facts.csv}.")]
    [InlineData("low={large} facts=none",
        "--condition low: {large/0.png} must be of 8×8 pixels, the size of the samples, but is of 10×9.")]
    public void Sample_ConditionsThatDoNotFit_AreNamedAndNothingIsDrawn(string conditions, string message)
    {
        File.WriteAllText(here["two.csv"], "a,b\n1,2\n3,4\n5,6\n7,8\n");
        File.WriteAllText(here["three.csv"], "a,b,c\n1,2,3\n");
        File.WriteAllText(here["gap.csv"], "a,b\n1,2\n3,\n5,6\n");
        Directory.CreateDirectory(here["large"]);
        using Tensor large = zeros([1, 9, 10], uint8);
        ImageFile.SavePng(here["large/0.png"], large);
        string[] given = [.. conditions.Split(' ').SelectMany(text => (string[])["--condition", text])];
        (int code, string output, string error) = here.Run(["sample", "{model}", "--out", "{out}", .. given]);
        (code, output, error.Trim()).Should().Be((2, "", here.Place(message)));
        Directory.Exists(here["out"]).Should().BeFalse();
    }

    private void SaveModel(string name, int? classes)
    {
        UNetOptions options = Workplace.Network(1, classes) with
        {
            Conditions = [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("facts", 2)],
        };
        using UNet network = Workplace.Loud(new UNet(options, seed: 3));
        ModelFolder.Save(here[name], network, Workplace.Process);
    }

    private SampleOptions Draw(string folder, string options, Func<SamplePlan, ISampleEngine> open)
    {
        var command = new Command("sample");
        _ = new SampleOptions(OptionReader.Declaring(command));
        ParseResult typed = command.Parse(
            [here["model"], "--out", here[folder], "--sampler", "ddim", "--steps", "4", .. here.Place(options).Split(' ')]);
        typed.Errors.Should().BeEmpty();
        var read = new SampleOptions(OptionReader.Reading(typed));
        new SampleRun(read, new Screen(TextWriter.Null, TextWriter.Null, false), SingleProcess.Instance, open)
            .Execute(CancellationToken.None).Should().BeTrue();
        return read;
    }

    private Dictionary<string, byte[]> Files(string folder) =>
        Directory.GetFiles(here[folder], "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(here[folder], file).Replace('\\', '/'), File.ReadAllBytes);
}
