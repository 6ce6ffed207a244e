using System.Text.RegularExpressions;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Cli.Tests;

/// <summary>The program in a folder without libtorch, where no package has it either.</summary>
public sealed partial class WithoutLibTorchTests : IDisposable
{
    private readonly Workplace here = new();

    public WithoutLibTorchTests()
    {
        Directory.CreateDirectory(here["tool"]);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory).Where(file => !OfLibTorch().IsMatch(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(here["tool"], Path.GetFileName(file)));
        }
    }

    public void Dispose() => here.Dispose();

    [Fact]
    public void Inspect_Model_Works()
    {
        here.SaveModel(classes: 3);
        (int code, string output, string error) = Run("inspect", here["model"], "--json");
        (code, error).Should().Be((0, ""));
        output.Should().Be(here.Run("inspect", "{model}", "--json").Output, "the program with libtorch finds the same");
    }

    [Fact]
    public void ExportOnnx_Model_Works()
    {
        here.SaveModel(classes: 3);
        (int code, _, string error) = Run("export", "--onnx", here["model"], here["clothes.onnx"]);
        (code, error).Should().Be((0, ""));
        here.Run("export", "--onnx", "{model}", "{clothes2.onnx}").Code.Should().Be(0);
        File.ReadAllBytes(here["clothes.onnx.json"]).Should().Equal(File.ReadAllBytes(here["clothes2.onnx.json"]));
    }

    [Fact]
    public void Sample_ModelWithClassesAndConditions_DrawsTheSamePictures()
    {
        NetworkCondition[] conditions = [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("facts", 2)];
        UNetOptions options = Workplace.Network(classes: 3) with { Conditions = [.. conditions] };
        using (UNet network = Workplace.Loud(new UNet(options))) ModelFolder.Save(here["model"], network, Workplace.Process);
        here.SavePictures("low", 2, seed: 1);
        File.WriteAllText(here["facts.csv"], "a,b\n1,2\n-1,0.5\n");
        string[] given = ["--condition", "low={low}", "--condition", "facts={facts.csv}"];
        string[] command =
            ["sample", "{model}", "--steps", "4", "--count", "3", "--label", "all", "--guidance", "2", "--save-tensors", .. given];
        (int code, string output, string error) = Run([.. command.Select(here.Place), "--out", here["there"]]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("3 pictures are in");
        here.Run([.. command, "--out", "{here}"]).Code.Should().Be(0);
        foreach (string file in (string[])["images/000002.png", "grid.png", "samples.json", "samples.safetensors"])
        {
            File.ReadAllBytes(here["there/" + file]).Should().Equal(File.ReadAllBytes(here["here/" + file]), file);
        }
    }

    [Fact]
    public void Sample_StreamNoise_SaysWhatNeedsLibtorchAndDrawsNothing()
    {
        here.SaveModel();
        (int code, string output, string error) = Run("sample", here["model"], "--noise", "stream", "--out", here["out"]);
        (code, output).Should().Be((1, ""));
        error.Trim().Should().StartWith("ddpm sample --noise stream needs libtorch").And.NotContain("\n");
        Directory.Exists(here["out"]).Should().BeFalse();
    }

    [Fact]
    public void Convert_Model_SaysWhatIsMissingInOneLine()
    {
        here.SaveModel();
        (int code, string output, string error) = Run("convert", here["model"], here["other"]);
        (code, output).Should().Be((1, ""));
        error.Trim().Should().StartWith("ddpm convert needs libtorch")
            .And.Contain("dotnet package download libtorch-cpu-").And.NotContain("\n");
        Directory.Exists(here["other"]).Should().BeFalse();
    }

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using RunningProgram program = RunningProgram.StartCommand(
            ["dotnet", Path.Combine(here["tool"], "ddpm.dll"), .. arguments], ("NUGET_PACKAGES", here["none"]), ("DDPM_LIBTORCH", ""));
        return program.End();
    }

    [GeneratedRegex(@"^(lib)?(c10|torch|torch_\w+|torchbind_\w+|LibTorchSharp|gomp|uv)\b.*(so|dll|dylib)", RegexOptions.IgnoreCase)]
    private static partial Regex OfLibTorch();
}
