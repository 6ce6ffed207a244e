using System.Text.Json.Nodes;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Model folders of other programs: other samplers, networks alone, variants of weights, configurations alone.</summary>
public sealed class ForeignFolderTests : IDisposable
{
    private const string Weights = "unet/diffusion_pytorch_model.safetensors", Variant = "unet/diffusion_pytorch_model.non_ema.safetensors";

    private static readonly string[] Process =
        ["--schedule", "linear", "--timesteps", "20", "--beta-start", "1e-3", "--beta-end", "0.5", "--variance", "fixed-large"];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Sample_FolderOfAnotherSampler_TakesTheProcessAndNamesTheSampler()
    {
        here.SaveModel();
        JsonObject plain = here.Json("sample", "{model}", "--out", "{plain}", "--count", "1", "--steps", "3");
        ((string)plain["scheduler"]!).Should().Be("DDPMScheduler");
        string file = here["model/scheduler/scheduler_config.json"];
        JsonObject json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        json["_class_name"] = "EulerAncestralDiscreteScheduler";
        json["steps_offset"] = 1;
        File.WriteAllText(file, json.ToJsonString());

        (int code, string output, string error) = here.Run("sample", "{model}", "--out", "{euler}", "--count", "1", "--steps", "3");
        (code, error.Contains("configurations are not those", StringComparison.Ordinal)).Should().Be((0, true));
        output.Should().Contain(here.Place(
            "{model} names EulerAncestralDiscreteScheduler: its process is taken, and ddpm draws (--sampler chooses)"));
        File.ReadAllBytes(here["euler/images/000000.png"]).Should().Equal(File.ReadAllBytes(here["plain/images/000000.png"]));
        JsonObject inspected = here.Json("inspect", "{model}");
        ((string)inspected["scheduler"]!, (string)inspected["load"]!["ignored_fields"]![0]!).Should()
            .Be(("EulerAncestralDiscreteScheduler", $"{file}: steps_offset = 1"));
    }

    [Fact]
    public void NetworkAlone_WithItsSchedule_IsTheModelInEveryCommand()
    {
        here.SaveModel();
        here.SaveIdx("gray", 4, seed: 1);
        string[] drawn = ["--count", "2", "--steps", "3"];
        here.Json(["sample", "{model}", "--out", "{a}", .. drawn]);
        JsonObject alone = here.Json(["sample", "{model/unet}", "--out", "{b}", .. drawn, .. Process]);
        ((string)alone["settings"]!["schedule"]!).Should().Be("linear, T 20, β 0.001 … 0.5, default, fixed-large");
        File.ReadAllBytes(here["b/images/000001.png"]).Should().Equal(File.ReadAllBytes(here["a/images/000001.png"]));
        here.Json(["sample", "{model/unet}", "--out", "{c}", .. drawn, .. Process, "--noise", "stream"])["drawn"]!.GetValue<int>()
            .Should().Be(2, "tensors read the same");

        JsonNode Metrics(string model, params string[] more) =>
            here.Json(["evaluate", "bpd", model, "{gray}", "--count", "2", "--steps", "3", .. more])["metrics"]!;
        Metrics("{model/unet}", Process).ToJsonString().Should().Be(Metrics("{model}").ToJsonString());
        here.Json(["evaluate", "kid", "{gray}", "{model/unet}", "--features", "pixels", "--count", "2", "--steps", "2", .. Process]);

        here.Json(["convert", "{model/unet}", "{made}", .. Process]);
        JsonNode expected = here.Json("inspect", "{model}")["process"]!;
        here.Json("inspect", "{made}")["process"]!.ToJsonString().Should().Be(expected.ToJsonString());
        JsonObject inspected = here.Json(["inspect", "{model/unet}", .. Process]);
        ((string)inspected["kind"]!, inspected["process"]!.ToJsonString()).Should().Be(("network alone", expected.ToJsonString()));
        here.Json(["export", "--onnx", "{model/unet}", "{net.onnx}", .. Process]);
        JsonNode.Parse(File.ReadAllText(here["net.onnx.json"]))!.ToJsonString().Should().Contain("\"num_train_timesteps\":20");
    }

    [Theory]
    [InlineData("sample {model/unet}", 1,
        "{model/unet} holds a network alone: it has no scheduler/scheduler_config.json of the process that it was trained for: give "
        + "--schedule linear, or another, with --timesteps, *")]
    [InlineData("convert {model/unet} {new}", 1, "{model/unet} holds a network alone: *give --schedule linear, or another*")]
    [InlineData("evaluate bpd {model/unet} {gray}", 1, "{model/unet} holds a network alone: *give --schedule linear, or another*")]
    [InlineData("sample {model} --schedule cosine", 2,
        "--schedule goes with a network alone, but {model} states its process in scheduler_config.json.")]
    [InlineData("sample {model/unet} --schedule square", 2,
        "--schedule must be linear, scaled_linear, cosine, squaredcos_cap_v2, sigmoid or laplace, but is square.")]
    [InlineData("sample {model/unet} --timesteps 20", 2,
        "--timesteps goes with --schedule, which says that the folder states no process.")]
    [InlineData("sample {model/unet} --beta-end 0.1", 2,
        "--beta-end goes with --schedule, which says that the folder states no process.")]
    [InlineData("sample {model/unet} --schedule cosine --beta-start 0.1", 2,
        "--beta-start goes with a schedule that has a range of β, but --schedule is cosine.")]
    [InlineData("sample {model/unet} --schedule scaled_linear --beta-start 1", 2,
        "--beta-start must be a number above 0 and below 1, but is 1.")]
    [InlineData("sample {model/unet} --schedule linear --timesteps 500", 2,
        "--schedule linear with --timesteps 500 needs --beta-start and --beta-end: diffusers has 0.0001 … 0.02 for every T, ddpm train "
        + "0.0002 … 0.04.")]
    [InlineData("sample {model/unet} --schedule cosine --variance learned-range", 1,
        "{model/unet/config.json}: out_channels must be 2, as the variance learned-range needs of 1 in_channels, but is 1.")]
    [InlineData("sample {model} --variant bf16", 1,
        "{model/unet} has no diffusion_pytorch_model.bf16.safetensors, but diffusion_pytorch_model.safetensors.")]
    [InlineData("sample {model} --variant ../x", 2, "--variant must be letters, digits, _ and -, such as fp16, but is \"../x\".")]
    [InlineData("export --checkpoint {model} --out {new} --variant fp16", 2, "--variant must be given with --onnx.")]
    [InlineData("export --checkpoint {model} --out {new} --schedule cosine", 2,
        "--schedule must be given with --onnx: a checkpoint states its process.")]
    [InlineData("inspect {gray.json}", 1, "{gray.json} is not valid JSON: *")]
    public void Mistakes_AreOneLine(string command, int expected, string message)
    {
        here.SaveModel();
        here.SaveIdx("gray", 4, seed: 1);
        File.WriteAllText(here["gray.json"], "gray");
        string[] words = command.Split(' ');
        (int code, _, string error) = here.Run(words[0] == "sample" ? [.. words, "--out", "{out}"] : words);
        error.Trim().Should().Match(here.Place(message)).And.NotContain("\n");
        code.Should().Be(expected);
    }

    [Fact]
    public void Variant_AndFloat64_AreChosenAndShown()
    {
        here.SaveModel();
        var doubled = new Dictionary<string, Tensor>();
        using (var scope = NewDisposeScope())
        {
            using (SafetensorsFile weights = SafetensorsFile.Open(here["model/" + Weights]))
            {
                foreach (SafetensorsEntry entry in weights.Entries) doubled[entry.Name] = weights.Read(entry.Name).to(float64).mul(2);
            }

            SafetensorsWriter.Write(here["model/" + Variant], doubled);
        }

        string[] drawn = ["--count", "1", "--steps", "2"];
        here.Json(["sample", "{model}", "--out", "{plain}", .. drawn]);
        JsonObject other = here.Json(["sample", "{model}", "--out", "{other}", "--variant", "non_ema", .. drawn]);
        ((string)other["settings"]!["variant"]!).Should().Be("non_ema");
        File.ReadAllBytes(here["other/images/000000.png"]).Should().NotEqual(File.ReadAllBytes(here["plain/images/000000.png"]));
        here.Run(["sample", "{model}", "--out", "{plain}", "--variant", "non_ema", .. drawn]).Error.Should()
            .Contain("variant none there, non_ema now");
        JsonNode load = here.Json("inspect", "{model}", "--variant", "non_ema")["load"]!;
        ((string)load["weights_file"]!, (int)load["narrowed"]!, (int)load["widened"]!).Should()
            .Be((Path.GetFileName(Variant), doubled.Count, 0));
        ((int)here.Json("convert", "{model}", "{made}", "--variant", "non_ema")["narrowed"]!).Should().Be(doubled.Count);
        File.Delete(here["model/" + Weights]);
        (int code, _, string error) = here.Run(["sample", "{model}", "--out", "{none}", .. drawn]);
        (code, error.Trim()).Should().Be((1, here.Place(
            "{model/unet} has no diffusion_pytorch_model.safetensors, but the variants non_ema: give one of them as --variant.")));
    }

    [Fact]
    public void Inspect_ConfigurationAlone_ShowsShapeParametersAndFlops()
    {
        here.SaveModel(classes: 3);
        JsonObject whole = here.Json("inspect", "{model}"), network = here.Json("inspect", "{model/unet/config.json}");
        ((string)network["kind"]!, network["process"]).Should().Be(("configuration of a network", null));
        network["network"]!.ToJsonString().Should().Be(whole["network"]!.ToJsonString());
        ((double)network["network"]!["flops"]!).Should().BeGreaterThan(1e5);
        here.Json("inspect", "{model/unet/config.json}", "--schedule", "cosine")["process"]!["schedule"]!.GetValue<string>().Should()
            .Be("cosine");
        JsonObject process = here.Json("inspect", "{model/scheduler/scheduler_config.json}");
        ((string)process["kind"]!, (string)process["scheduler"]!).Should().Be(("configuration of a process", "DDPMScheduler"));
        process["process"]!.ToJsonString().Should().Be(whole["process"]!.ToJsonString());
    }
}
