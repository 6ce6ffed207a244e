using System.Text.Json.Nodes;
using Ddpm.Cli.ModelFolders;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class InspectCommandTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Inspect_ModelFolder_ShowsProcessNetworkAndFiles()
    {
        here.SaveModel(classes: 3);
        JsonObject json = here.Json("inspect", "{model}");
        (
            (string)json["kind"]!,
            (int)json["process"]!["timesteps"]!,
            (string)json["process"]!["schedule"]!,
            (string)json["process"]!["variance"]!).Should().Be(("model", 20, "linear", "fixed-large"));
        ((string)json["network"]!["size"]!, (int)json["network"]!["classes"]!, (long)json["network"]!["parameters"]!).Should()
            .Be(("8×8", 3, UNet.CountParameters(Workplace.Network(classes: 3))));
        json["network"]!["channels"]!.AsArray().Select(node => (int)node!).Should().Equal(8, 16);
        JsonNode weights = json["files"]!.AsArray()
            .Single(file => ((string)file!["name"]!).EndsWith(".safetensors", StringComparison.Ordinal))!;
        ((long)weights["bytes"]!).Should().Be(new FileInfo(here["model/unet/diffusion_pytorch_model.safetensors"]).Length);
        ((long)weights["parameters"]!).Should().Be((long)json["network"]!["parameters"]!);
        ((bool)json["load"]!["complete"]!).Should().BeTrue();

        (int code, string table, string error) = here.Run("inspect", "{model}");
        (code, error).Should().Be((0, ""));
        table.Split('\n').Select(line => line.Trim()).Should()
            .Contain(line =>
                line.StartsWith("process.timesteps ", StringComparison.Ordinal) && line.EndsWith(" 20", StringComparison.Ordinal));
        table.Split(Environment.NewLine).Should().OnlyContain(line => line == line.TrimEnd());
    }

    [Fact]
    public void Inspect_WeightsThatDoNotFit_AreListed()
    {
        here.SaveModel();
        string file = here["model/unet/diffusion_pytorch_model.safetensors"];
        using (Tensor extra = zeros(2)) SafetensorsWriter.Write(file, [KeyValuePair.Create("extra", extra)]);
        JsonObject load = here.Json("inspect", "{model}")["load"]!.AsObject();
        ((bool)load["complete"]!, (string)load["unexpected"]![0]!).Should().Be((false, "extra"));
        load["missing"]!.AsArray().Select(name => (string)name!).Should().Contain("conv_in.weight");
    }

    [Fact]
    public void Inspect_NetworkAloneFileAndCheckpoint_AreKnown()
    {
        here.SaveModel();
        JsonObject alone = here.Json("inspect", "{model/unet}");
        ((string)alone["kind"]!, alone["process"]).Should().Be(("network alone", null));
        ((string)here.Json("inspect", "{model/unet/diffusion_pytorch_model.safetensors}")["tensors"]!["conv_in.weight"]!).Should()
            .Be("float32 [8, 1, 3, 3]");

        here.SaveIdx("images", 4, seed: 1);
        here.Json(
            "train",
            "--data",
            "{images}",
            "--out",
            "{run}",
            "--steps",
            "2",
            "--channels",
            "8",
            "--multipliers",
            "1",
            "--blocks",
            "1",
            "--timesteps",
            "100",
            "--batch-size",
            "2",
            "--metrics-every",
            "1",
            "--grid-every",
            "9");
        JsonObject checkpoint = here.Json("inspect", "{run/checkpoints/step-000000002}");
        (
            (string)checkpoint["kind"]!,
            (int)checkpoint["steps"]!,
            (int)checkpoint["process"]!["timesteps"]!,
            (string)checkpoint["settings"]!["Decay"]!).Should().Be(("checkpoint", 2, 100, "cosine over 2 steps"));
        checkpoint["settings"]!["LearningRate"]!.ToJsonString().Should().Be("0.0002");
        JsonObject run = here.Json("inspect", "{run}");
        ((string)run["kind"]!, (string)run["checkpoints"]![0]!, (string)run["model"]!["kind"]!).Should()
            .Be(("run", "checkpoints/step-000000002", "model"));
    }

    [Fact]
    public void Description_PredictionsAndVariances_HaveTheNamesOfTheLibrary()
    {
        foreach (Prediction known in Prediction.Known) Description.Prediction(known.ConfigurationName).Should().Be(known.Name);
        foreach (ReverseVariance known in ReverseVariance.Known) Description.Variance(known.ConfigurationName!).Should().Be(known.Name);
        foreach (SafetensorsType type in Enum.GetValues<SafetensorsType>())
        {
            ScalarType expected = new SafetensorsEntry("x", type, [], 0, 0).ElementType;
            Description.Type(type).Should().BeEquivalentTo(expected == ScalarType.Byte ? "uint8" : expected.ToString());
        }

        Enum.GetValues<SafetensorsType>().OrderBy(Description.Order)
            .Should().Equal(Enum.GetValues<SafetensorsType>().OrderBy(type => new SafetensorsEntry("x", type, [], 0, 0).ElementType));
    }

    [Fact]
    public void Inspect_EveryProcess_IsDescribed()
    {
        (X0Clipping Clipping, string Words)[] clippings =
        [
            (X0Clipping.Unit, "-1 … 1"), (X0Clipping.None, "none"), (X0Clipping.Static(2), "static"),
            (X0Clipping.Dynamic(0.9, 3), "dynamic-thresholding"),
        ];
        using UNet network = Workplace.NewNetwork();
        for (int i = 0; i < clippings.Length; i++)
        {
            var options = new ReverseDiffusionOptions { Clipping = clippings[i].Clipping, Prediction = Prediction.V };
            string folder = $"model{i}";
            ModelFolder.Save(here[folder], network, new ReverseDiffusion(new ZeroTerminalSnrSchedule(new CosineSchedule(7)), options));
            JsonNode process = here.Json("inspect", $"{{{folder}}}")["process"]!;
            (
                (string)process["clipping"]!,
                (string)process["prediction"]!,
                (string)process["schedule"]!,
                (double)process["alpha_bar_last"]!).Should().Be((clippings[i].Words, "v", "cosine, rescaled to zero terminal SNR", 0));
        }
    }

    [Theory]
    [InlineData("prediction_type", "\"epsilon\"", "\"x0\"",
        "prediction_type must be epsilon, sample, v_prediction or posterior_mean, but is x0.")]
    [InlineData("variance_type", "\"fixed_large\"", "\"fixed\"",
        "variance_type must be fixed_small, fixed_large, learned_log or learned_range, but is fixed.")]
    public void Inspect_UnknownNameInTheProcess_IsNamed(string field, string known, string wrong, string message)
    {
        here.SaveModel();
        string file = here["model/scheduler/scheduler_config.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace($"\"{field}\": {known}", $"\"{field}\": {wrong}", StringComparison.Ordinal));
        foreach (string command in (string[])["inspect", "sample"])
        {
            (int code, string output, string error) = here.Run(command, "{model}");
            (code, output, error.Trim()).Should().Be((1, "", $"{file}: {message}"));
        }
    }

    [Fact]
    public void Inspect_NetworkThatDoesNotFitTheVariance_SaysWhatItNeeds()
    {
        here.SaveModel();
        string file = here["model/scheduler/scheduler_config.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("fixed_large", "learned_range", StringComparison.Ordinal));
        foreach (string command in (string[])["inspect", "sample"])
        {
            (int code, _, string error) = here.Run(command, "{model}");
            (code, error.Trim()).Should().Be((1, here.Place(
                "{model/unet/config.json}: out_channels must be 2, as the variance learned-range needs of 1 in_channels, but is 1.")));
        }
    }
}
