using System.Text.Json.Nodes;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Weights of wrapped networks, whose names begin with something.</summary>
public sealed class WeightPrefixTests : IDisposable
{
    private const string Weights = "unet/diffusion_pytorch_model.safetensors";
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("ema_model.")]
    [InlineData("some.thing.")]
    public void EveryCommand_WithoutTheOption_SaysItAndWithIt_Loads(string prefix)
    {
        here.SaveModel();
        here.SaveIdx("gray", 4, seed: 1);
        Wrap("wrapped", prefix);
        string[][] commands =
        [
            ["sample", "{wrapped}", "--out", "{samples}", "--count", "1", "--steps", "2"],
            ["convert", "{wrapped}", "{plain}"],
            ["evaluate", "bpd", "{wrapped}", "{gray}", "--count", "1", "--steps", "2"],
            ["evaluate", "kid", "{gray}", "{wrapped}", "--features", "pixels", "--count", "2", "--steps", "2"],
        ];
        foreach (string[] command in commands)
        {
            (int code, _, string error) = here.Run(command);
            code.Should().Be(1);
            error.Trim().Should().Be(here.Place(
                $"{{wrapped}} has its weights under names that begin with \"{prefix}\": load them with --weight-prefix {prefix}"));
            (code, _, error) = here.Run([.. command, "--weight-prefix", prefix]);
            code.Should().Be(0, error);
        }

        File.ReadAllBytes(here["plain/" + Weights]).Should().Equal(File.ReadAllBytes(here["model/" + Weights]));
    }

    [Fact]
    public void Inspect_ShowsThePrefix()
    {
        here.SaveModel();
        Wrap("wrapped", "module.");
        JsonObject load = here.Json("inspect", "{wrapped}")["load"]!.AsObject();
        ((bool)load["complete"]!, (string)load["weight_prefix"]!, load["weight_prefixes"]!.ToJsonString()).Should()
            .Be((true, "module.", """["module."]"""));
        here.Json("inspect", "{model}")["load"]!["weight_prefix"].Should().BeNull();
        (int code, string output, _) = here.Run("inspect", "{wrapped}");
        (code, output.Contains("module.", StringComparison.Ordinal)).Should().Be((0, true));
    }

    [Fact]
    public void Prefix_ThatNoWeightHas_IsNamed()
    {
        here.SaveModel();
        (int code, _, string error) = here.Run("sample", "{model}", "--out", "{out}", "--weight-prefix", "module.");
        (code, error.Trim()).Should()
            .Be((1, here.Place($"{{model}}/{Weights} must have weights whose names begin with module., but has none.")));
    }

    [Fact]
    public void Weights_UnderAnotherFileName_AreListed()
    {
        here.SaveModel();
        File.Move(here["model/" + Weights], here["model/unet/model.safetensors"]);
        (int code, _, string error) = here.Run("sample", "{model}", "--out", "{out}");
        code.Should().Be(1);
        error.Trim().Should().Contain("model.safetensors").And.NotContain("\n");
    }

    private void Wrap(string name, string prefix)
    {
        here.SaveModel(name);
        var tensors = new Dictionary<string, Tensor>();
        using (SafetensorsFile weights = SafetensorsFile.Open(here["model/" + Weights]))
        {
            foreach (SafetensorsEntry entry in weights.Entries) tensors[prefix + entry.Name] = weights.Read(entry.Name);
        }

        SafetensorsWriter.Write(here[name + "/" + Weights], tensors);
    }
}
