using System.Text.Json.Nodes;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class ConvertCommandTests : IDisposable
{
    private const string Weights = "unet/diffusion_pytorch_model.safetensors";
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("bfloat16", ScalarType.BFloat16)]
    [InlineData("float16", ScalarType.Float16)]
    public void Convert_SixteenBitsAndBack_RoundsOnce(string dtype, ScalarType type)
    {
        here.SaveModel();
        JsonObject narrow = here.Json("convert", "{model}", "{narrow}", "--dtype", dtype);
        JsonObject wide = here.Json("convert", "{narrow}", "{wide}");

        using SafetensorsFile first = SafetensorsFile.Open(here["model/" + Weights]);
        using SafetensorsFile second = SafetensorsFile.Open(here["narrow/" + Weights]);
        using SafetensorsFile third = SafetensorsFile.Open(here["wide/" + Weights]);
        second.Entries.Select(entry => entry.ElementType).Should().OnlyContain(each => each == type).And.HaveCount(first.Entries.Count);
        double largest = 0;
        foreach (SafetensorsEntry entry in first.Entries)
        {
            using Tensor original = first.Read(entry.Name);
            using Tensor stored = second.Read(entry.Name);
            using Tensor back = third.Read(entry.Name);
            using Tensor expected = original.to(type);
            using Tensor widened = expected.to(float32);
            stored.Equals(expected).Should().BeTrue(entry.Name);
            back.Equals(widened).Should().BeTrue(entry.Name);
            largest = Math.Max(largest, (original - widened).abs().max().item<float>());
        }

        ((double)narrow["largest_change"]!).Should().BeApproximately(largest, 1e-9).And.BeGreaterThan(0);
        ((double)wide["largest_change"]!, (int)wide["widened"]!).Should().Be((0, first.Entries.Count));
        ((long)narrow["bytes"]!).Should().BeLessThan((long)narrow["bytes_before"]!);
        using TrainedModel model = ModelFolder.Load(here["narrow"]);
        model.Report.ConfigurationChanged.Should().BeFalse();
    }

    [Fact]
    public void Convert_OldNamesAndUnknownFields_BecomeTodaysAndAreTold()
    {
        here.SaveModel("old");
        string file = here["old/" + Weights];
        var tensors = new Dictionary<string, Tensor>();
        using (SafetensorsFile weights = SafetensorsFile.Open(file))
        {
            foreach (SafetensorsEntry entry in weights.Entries)
            {
                string old = entry.Name.Replace("to_q", "query").Replace("to_k", "key").Replace("to_v", "value")
                    .Replace("to_out.0", "proj_attn");
                tensors[old] = weights.Read(entry.Name);
            }
        }

        byte[] modern = File.ReadAllBytes(file);
        SafetensorsWriter.Write(file, tensors);
        string scheduler = here["old/scheduler/scheduler_config.json"];
        JsonObject json = JsonNode.Parse(File.ReadAllText(scheduler))!.AsObject();
        json["timestep_spacing"] = "leading";
        File.WriteAllText(scheduler, json.ToJsonString());

        (int code, string output, string error) = here.Run("convert", "{old}", "{new}");

        (code, error).Should().Be((0, ""));
        output.Should().Contain("8 tensors renamed").And.Contain("no weight changed").And.Contain("timestep_spacing = \"leading\"");
        File.ReadAllBytes(here["new/" + Weights]).Should().Equal(modern);
        here.Run("convert", "{old}", "{new}").Should()
            .Be((2, "", here.Place("{new} is not empty: give another folder, or --overwrite.") + Environment.NewLine));
        here.Run("convert", "{old}", "{new}", "--overwrite").Code.Should().Be(0);
    }

    [Fact]
    public void Convert_WeightBeyondFloat16_IsRefusedAndNothingWritten()
    {
        using (UNet network = Workplace.NewNetwork())
        {
            using (no_grad()) network.parameters().First().fill_(1e5);
            ModelFolder.Save(here["model"], network, Workplace.Process);
        }

        (int code, _, string error) = here.Run("convert", "{model}", "{new}", "--dtype", "float16");
        code.Should().Be(1);
        error.Trim().Should().Be("conv_in.weight has a weight that float16 cannot hold (at most 65,504): take bfloat16.");
        Directory.Exists(here["new"]).Should().BeFalse();
        here.Run("convert", "{model}", "{new}", "--dtype", "bfloat16").Code.Should().Be(0);
    }

    [Fact]
    public void Convert_FolderThatCannotBeMade_NamesTheArgument()
    {
        here.SaveModel();
        File.WriteAllText(here["file"], "");
        (int code, _, string error) = here.Run("convert", "{model}", "{file/new}");
        code.Should().Be(1);
        error.Should().StartWith(here.Place("out must be a folder to write into, but {file/new} is not: "));
    }

    [Ddpm.Training.Tests.Checkpoints.SmallDiskFact]
    public void Convert_DiskFull_LeavesNoFile()
    {
        here.SaveModel();
        using var disk = new Ddpm.Training.Tests.Checkpoints.SmallDisk(kilobytes: 60);
        (int code, _, string error) = here.Run("convert", "{model}", Path.Combine(disk.Folder, "new"));
        code.Should().Be(1);
        error.Trim().Should().Contain("No space left on device").And.NotContain("\n");
        Directory.GetFiles(disk.Folder, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
