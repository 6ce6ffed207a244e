using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class SampleCommandTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("rederived")]
    [InlineData("kept")]
    public void Sample_Ddim_WritesThePicturesOfTheLibrary(string noise)
    {
        here.SaveModel();

        JsonObject result = here.Json(
            "sample",
            "{model}",
            "--out",
            "{out}",
            "--sampler",
            "ddim",
            "--steps",
            "5",
            "--eta",
            "0.5",
            "--ddim-noise",
            noise,
            "--seed",
            "7",
            "--count",
            "5",
            "--batch-size",
            "2",
            "--spacing",
            "leading");

        ((int)result["drawn"]!, (int)result["count"]!, (int)result["settings"]!["steps"]!).Should().Be((5, 5, 5));
        using TrainedModel model = ModelFolder.Load(here["model"]);
        var process = new ReverseDiffusion(
            new RespacedSchedule(Workplace.Process.Coefficients.Schedule, [0, 4, 8, 12, 16]),
            model.Process.Options);
        Tensor Drawn(bool rederived) => new DdimSampler(model.Network, process, new DdimOptions { Eta = 0.5, RederiveNoise = rederived })
            .Sample(new SamplingRequest { Count = 5, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(7) });
        using Tensor samples = Drawn(noise == "rederived"), others = Drawn(noise != "rederived");
        samples.sub(others).abs().max().item<float>().Should()
            .BeGreaterThan(0.05f, "x̂_0 is clipped on the way, and the two kinds of noise differ");
        AssertPictures("out", samples, PixelRounding.Nearest);
        using Tensor grid = ImageFile.Load(here["out/grid.png"], grayscale: true);
        grid.shape.Should().Equal(1, 2 * 64 + 6, 3 * 64 + 8);
    }

    public static TheoryData<string> Samplers => [.. KnownSamplers.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_EverySamplerTruncated_IsTheTablesEntry(string name)
    {
        // What the page of samples/Web draws too: one name, one seed and one number of steps are one picture everywhere.
        here.SaveModel();
        string command = $"sample {{model}} --out {{out}} --sampler {name} --steps 7 --count 3 --rounding truncate --grid 0";
        (int code, _, string error) = here.Run(command.Split(' '));
        (code, error).Should().Be((0, ""));
        using TrainedModel model = ModelFolder.Load(here["model"]);
        SamplerEntry entry = KnownSamplers.Find(name);
        DiffusionSampler sampler = entry.Create(model.Network, entry.Respace(model.Process, 7));
        using Tensor samples = sampler.Sample(new SamplingRequest { Count = 3, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(0) });
        AssertPictures("out", samples, PixelRounding.Truncate);
        File.Exists(here["out/grid.png"]).Should().BeFalse();
    }

    [Fact]
    public void Sample_ClassesWithGuidanceInColour_GoRoundAndRound()
    {
        here.SaveModel(channels: 3, classes: 3);
        here.Json(
            "sample",
            "{model}",
            "--out",
            "{out}",
            "--steps",
            "4",
            "--count",
            "5",
            "--label",
            "2,0",
            "--guidance",
            "2",
            "--guidance-rescale",
            "0.5");
        using TrainedModel model = ModelFolder.Load(here["model"]);
        var process = new ReverseDiffusion(
            new RespacedSchedule(Workplace.Process.Coefficients.Schedule, TimestepSpacing.Trailing(20, 4)),
            model.Process.Options);
        using Tensor samples = new DdpmSampler(new GuidedModel(model.Network, 2, 0.5), process)
            .Sample(new SamplingRequest { Count = 5, SampleShape = [3, 8, 8], Noise = new PerSampleNoise(0), Labels = [2, 0, 2, 0, 2] });
        AssertPictures("out", samples, PixelRounding.Nearest, gray: false);
        here.Json("sample", "{model}", "--out", "{all}", "--steps", "2", "--count", "2", "--label", "all")["settings"]!["label"]!.ToString()
            .Should().Be("0,1,2");
    }

    [Theory]
    [InlineData("per-sample")]
    [InlineData("stream")]
    public void Sample_WeakModel_LeadsAwayFromItInTheInterval(string noise)
    {
        using var network = new UNet(Workplace.Network(), seed: 1);
        using var weak = new UNet(Workplace.Network(), seed: 2);
        ModelFolder.Save(here["model"], network, Workplace.Process);
        ModelFolder.Save(here["weak"], weak, Workplace.Process);
        JsonNode settings = here.Json(
            "sample", "{model}", "--out", "{out}", "--sampler", "ddim", "--steps", "5", "--count", "3", "--seed", "4", "--noise", noise,
            "--guidance", "3", "--weak-model", "{weak}", "--guidance-interval", "4,12")["settings"]!;
        settings["guidance"]!.ToString().Should().Be("3");
        settings["guidance-interval"]!.ToString().Should().Be("4,12");
        settings["weak-model"]!.ToString().Should().NotBeEmpty().And.NotBe(settings["model"]!.ToString());

        using TrainedModel better = ModelFolder.Load(here["model"]), worse = ModelFolder.Load(here["weak"]);
        ReverseDiffusion process = better.Process.Respace(5);
        var guided = new AutoguidedModel(better.Network, worse.Network, 3, interval: new GuidanceInterval(4, 12));
        using var generator = new Generator(4, CPU);
        INoiseSource source = noise == "stream" ? new StreamNoise(generator) : new PerSampleNoise(4);
        using Tensor samples = new DdimSampler(guided, process).Sample(
            new SamplingRequest { Count = 3, SampleShape = [1, 8, 8], Noise = source });
        AssertPictures("out", samples, PixelRounding.Nearest, gray: true);
    }

    [Fact]
    public void Sample_GuidanceThatCannotBe_IsNamedBeforeAnythingIsWritten()
    {
        using (var network = new UNet(Workplace.Network())) ModelFolder.Save(here["model"], network, Workplace.Process);
        using (var network = new UNet(Workplace.Network(classes: 3))) ModelFolder.Save(here["classes"], network, Workplace.Process);
        string Error(params string[] options) =>
            here.Run(["sample", "{model}", "--out", "{wrong}", .. options]).Error.Trim().Split('\n')[^1];
        Error("--weak-model", "{model}").Should().Be("--weak-model goes with --guidance, which sets its strength: at 1 it does nothing.");
        Error("--guidance", "2", "--weak-model", "{classes}").Should().Be(
            here.Place("--weak-model must have the classes of {model}, 0, but {classes} has 3."));
        Error("--guidance", "2", "--weak-model", "{nowhere}").Should().Be(here.Place("The folder {nowhere} does not exist."));
        foreach (string interval in (string[])["3", "12,4", "0,20"])
        {
            Error("--guidance", "2", "--weak-model", "{model}", "--guidance-interval", interval).Should().Be(
                "--guidance-interval must be the first and the last timestep with guidance, 0 ≤ first ≤ last ≤ 19, but is "
                + $"{interval}.");
        }

        Directory.Exists(here["wrong"]).Should().BeFalse();
    }

    [Fact]
    public void Sample_LabelByName_IsTheClass()
    {
        using (var network = new UNet(Workplace.Network(classes: 3) with { ClassNames = ["shirt", "bag, large", "0"] }))
        {
            ModelFolder.Save(here["model"], network, Workplace.Process);
        }

        string Labels(string label) =>
            here.Json("sample", "{model}", "--out", $"{{{label.GetHashCode()}}}", "--steps", "4", "--count", "1", "--label", label)
                ["settings"]!["label"]!.ToString();
        Labels("bag, large").Should().Be("1");
        Labels("shirt,1").Should().Be("0,1");
        Labels("SHIRT, shirt").Should().Be("0,0");
        Labels("0").Should().Be("2", "a name goes before a number");
        Labels("all").Should().Be("0,1,2");
        here.Run("sample", "{model}", "--out", "{wrong}", "--label", "skirt").Error.Trim().Should().Be(
            here.Place(
                "--label must be all, or classes 0 … 2 of {model}, or one of shirt, 0, bag, large, with commas between, but has skirt."));
        here.Json("inspect", "{model}")["network"]!["class_names"]!.AsArray().Select(name => (string?)name).Should()
            .Equal("shirt", "bag, large", "0");
    }

    [Fact]
    public void Sample_FewStepsOfFixedLarge_Warns()
    {
        here.SaveModel();
        here.Run("sample", "{model}", "--out", "{few}", "--steps", "3", "--count", "1").Error.Should().Be(
            $"Warning: {here["model"]}: 3 of 20 steps with the variance fixed-large give grainy pictures: "
            + $"take --sampler ddim, or at least --steps 4.{Environment.NewLine}");
        here.Run("sample", "{model}", "--out", "{few}", "--steps", "3", "--count", "1").Error.Should().BeEmpty("nothing is drawn");
        here.Run("sample", "{model}", "--out", "{enough}", "--steps", "4", "--count", "1").Error.Should().BeEmpty();
        here.Run("sample", "{model}", "--out", "{ddim}", "--sampler", "ddim", "--steps", "3", "--count", "1").Error.Should().BeEmpty();
    }

    [Fact]
    public void Sample_StoppedMidway_GoesOnWithTheSamePictures()
    {
        here.SaveModel();
        string[] command = ["sample", "{model}", "--out", "{out}", "--steps", "3", "--count", "6", "--batch-size", "4"];
        here.Json(command);
        Dictionary<string, byte[]> before = Directory.GetFiles(here["out/images"]).ToDictionary(file => file, File.ReadAllBytes);
        string kept = here["out/images/000001.png"];
        File.SetLastWriteTimeUtc(kept, new DateTime(2001, 1, 1));
        foreach (int k in new[] { 0, 3, 5 }) File.Delete(here[$"out/images/00000{k}.png"]);
        File.WriteAllText(here["out/images/.000003.png.0.tmp"], "left by a killed process");

        ((int)here.Json(command)["drawn"]!).Should().Be(3);

        Directory.GetFiles(here["out/images"]).ToDictionary(file => file, File.ReadAllBytes).Should().BeEquivalentTo(before);
        File.GetLastWriteTimeUtc(kept).Year.Should().Be(2001, "what is there is kept");
        ((int)here.Json([.. command[..^3], "8"])["drawn"]!).Should().Be(2, "a larger set begins with the smaller");
        here.Json("sample", "{model}", "--out", "{part}", "--steps", "3", "--first", "6", "--count", "2");
        File.ReadAllBytes(here["part/images/000007.png"]).Should()
            .Equal(File.ReadAllBytes(here["out/images/000007.png"]), "a part of a set is that part of it");
    }

    [Fact]
    public void Sample_OtherSettings_AreNotMixedIn()
    {
        here.SaveModel();
        string[] command = ["sample", "{model}", "--out", "{out}", "--steps", "3", "--count", "2"];
        here.Json(command);
        (int code, _, string error) = here.Run([.. command, "--seed", "1"]);
        (code, error.Trim()).Should()
            .Be((1, here.Place("{out} has samples of other settings (seed 0 there, 1 now): give another --out, or remove it.")));
        JsonObject written = JsonNode.Parse(File.ReadAllText(here["out/samples.json"]))!["settings"]!.AsObject();
        (written["steps"]!.ToJsonString(), written["seed"]!.ToJsonString(), (string)written["sampler"]!).Should().Be(("3", "0", "ddpm"));
        File.WriteAllText(
            here["out/samples.json"],
            File.ReadAllText(here["out/samples.json"]).Replace("\"steps\": 3", "\"steps\": \"3\"", StringComparison.Ordinal));
        ((int)here.Json(command)["drawn"]!).Should().Be(0, "earlier versions wrote numbers as text");
        using (UNet other = new(Workplace.Network(), seed: 9)) ModelFolder.Save(here["model"], other, Workplace.Process);
        here.Run(command).Error.Should().Contain("samples of other settings (model ", "the folder has another model now");
        Directory.CreateDirectory(here["own/images"]);
        File.WriteAllText(here["own/images/cat.png"], "mine");
        (code, _, error) = here.Run("sample", "{model}", "--out", "{own}", "--steps", "3");
        code.Should().Be(1);
        error.Should().Contain("has no samples.json that says what they are");
    }

    [Fact]
    public void Sample_TensorsSavedAndStartedFrom_GiveThemselves()
    {
        here.SaveModel();
        string[] steps = ["--sampler", "ddim", "--steps", "4"];
        here.Json(
            ["sample", "{model}", "--out", "{first}", "--noise", "stream", "--seed", "5", "--count", "3", "--save-tensors", .. steps]);
        here.Json(["sample", "{model}", "--out", "{second}", "--start", "{first/samples.safetensors}", "--save-tensors", .. steps]);
        using SafetensorsFile first = SafetensorsFile.Open(here["first/samples.safetensors"]);
        using SafetensorsFile second = SafetensorsFile.Open(here["second/samples.safetensors"]);
        using Generator generator = new(5);
        using Tensor start = first.Read("x_T");
        using Tensor again = second.Read("x_T");
        using Tensor ends = first.Read("x_0");
        using Tensor endsAgain = second.Read("x_0");
        using Tensor expected = randn([3, 1, 8, 8], generator: generator);
        start.Equals(expected).Should().BeTrue("a stream is PyTorch's");
        again.Equals(start).Should().BeTrue();
        endsAgain.Equals(ends).Should().BeTrue();
        AssertPictures("second", ends, PixelRounding.Nearest);
        SafetensorsWriter.Write(here["one.safetensors"], [KeyValuePair.Create("whatever", start.to(float64))]);
        here.Json(["sample", "{model}", "--out", "{third}", "--start", "{one.safetensors}", "--count", "2", .. steps]);
        File.ReadAllBytes(here["third/images/000001.png"]).Should().Equal(File.ReadAllBytes(here["first/images/000001.png"]));
    }

    [Fact]
    public void Sample_BFloat16_IsNearFloat32AndNotTheSame()
    {
        here.SaveModel();
        foreach (string dtype in new[] { "float32", "bfloat16" })
        {
            here.Json(
                "sample",
                "{model}",
                "--out",
                $"{{{dtype}}}",
                "--sampler",
                "ddim",
                "--steps",
                "3",
                "--count",
                "4",
                "--dtype",
                dtype,
                "--save-tensors");
        }

        using SafetensorsFile wide = SafetensorsFile.Open(here["float32/samples.safetensors"]);
        using SafetensorsFile narrow = SafetensorsFile.Open(here["bfloat16/samples.safetensors"]);
        using Tensor a = wide.Read("x_0"), b = narrow.Read("x_0");
        double mean = (a - b).abs().mean().item<float>(), scale = a.abs().mean().item<float>();
        mean.Should().BeInRange(1e-6 * scale, 0.05 * scale, "bfloat16 has 8 bits");
    }

    [Fact]
    public void Sample_Cancelled_LeavesWholePicturesOnly()
    {
        here.SaveModel();
        using var stop = new CancellationTokenSource();
        var command = new Command("sample");
        _ = new SampleOptions(OptionReader.Declaring(command));
        ParseResult typed = command.Parse([here["model"], "--out", here["out"], "--count", "2", "--batch-size", "1"]);
        var options = new SampleOptions(OptionReader.Reading(typed));
        stop.Cancel();
        var silent = new Output.Screen(TextWriter.Null, TextWriter.Null, false);
        FluentActions.Invoking(() =>
            new SampleRun(options, silent, SingleProcess.Instance, plan => new SpanEngine(plan)).Execute(stop.Token))
            .Should().Throw<OperationCanceledException>();
        Directory.GetFiles(here["out/images"]).Should().BeEmpty();
    }

    [Ddpm.Training.Tests.Checkpoints.SmallDiskFact]
    public void Sample_DiskFull_SaysSoAndGoesOnElsewhere()
    {
        here.SaveModel();
        using var disk = new Ddpm.Training.Tests.Checkpoints.SmallDisk(kilobytes: 40);
        (int code, _, string error) = here.Run(
            "sample",
            "{model}",
            "--out",
            Path.Combine(disk.Folder, "out"),
            "--steps",
            "4",
            "--count",
            "64",
            "--batch-size",
            "8");
        code.Should().Be(1);
        error.Trim().Should().Contain("No space left on device").And.NotContain("\n");
        string[] files = Directory.GetFiles(Path.Combine(disk.Folder, "out"), "*", SearchOption.AllDirectories);
        files.Should().OnlyContain(file => !file.EndsWith(".tmp"));
        foreach (string file in files.Where(file => file.EndsWith(".png"))) ImageFile.Load(file).Dispose();
    }

    private void AssertPictures(string folder, Tensor samples, PixelRounding rounding, bool gray = true)
    {
        using Tensor bytes = PixelConversion.ToBytes(samples, rounding);
        Directory.GetFiles(here[folder + "/images"]).Should().HaveCount((int)bytes.size(0));
        for (int k = 0; k < bytes.size(0); k++)
        {
            using Tensor picture = ImageFile.Load(here[$"{folder}/images/{k:D6}.png"], grayscale: gray), expected = bytes[k];
            picture.Equals(expected).Should().BeTrue($"sample {k}");
        }
    }
}
