using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

public sealed class ExportCommandTests : IDisposable
{
    private readonly Workplace here = new();

    public static TheoryData<string[], string> Wrong => new()
    {
        { ["--onnx"], "ddpm export --onnx needs <model> and <file>." },
        { ["--onnx", "{model}"], "ddpm export --onnx needs <model> and <file>." },
        { ["--onnx", "{model}", "{a.onnx}", "--out", "x"],
            "--out must be given without --onnx: the file to write follows the model folder." },
        { ["--onnx", "{model}", "{a.onnx}", "--checkpoint", "x"],
            "--checkpoint must be given without --onnx: export the checkpoint with --out first." },
        { ["{model}", "{a.onnx}", "--checkpoint", "x", "--out", "x"], "<model> {model} must be given with --onnx." },
        { ["--checkpoint", "x", "--out", "x", "--dtype", "float16"],
            "--dtype must be given with --onnx; ddpm convert changes the type of a model folder." },
        { ["--checkpoint", "x", "--out", "x", "--batch-size", "2"], "--batch-size must be given with --onnx." },
        { ["--checkpoint", "x"], "ddpm export needs --out, the model folder to write." },
        { ["--out", "x"], "ddpm export needs --checkpoint, or --onnx with a model folder." },
        { ["--onnx", "{model}", "{a.onnx}", "--batch", "0"], "--batch-size must be at least 1, but is 0." },
        { ["--onnx", "{model}", "{a.onnx}", "--dtype", "int8"],
            "--dtype must be float32, float16 or bfloat16, but is int8." },
        { ["--onnx", "{model}", "{model}"], "{model} must be a file, but is a folder." },
    };

    public void Dispose() => here.Dispose();

    [Fact]
    public void Onnx_ModelFolder_IsWrittenWithPageAndTables()
    {
        here.SaveModel(classes: 3);
        JsonObject json = here.Json("export", "--onnx", "{model}", "{a.onnx}", "--batch", "2", "--any-size");
        ((string)json["dtype"]!, (int)json["classes"]!).Should().Be(("float32", 3));
        json["files"]!.AsArray().Select(file => (string)file!).Should().Equal(
            here["a.onnx"], here["a.onnx.json"], here["a.onnx.md"]);
        ((long)json["bytes"]!).Should().Be(new FileInfo(here["a.onnx"]).Length).And.BeGreaterThan(4 * (long)json["parameters"]!);
        File.ReadAllText(here["a.onnx.md"]).Should().Contain("| `sample` | float32 | [2, 1, height, width] |");
        (int code, string output, string error) = here.Run("export", "--onnx", "{model}", "{half.onnx}", "--dtype", "float16");
        (code, error).Should().Be((0, ""));
        output.Trim().Should().MatchRegex(@"half\.onnx: [\d,]+ weights in float16, [\d.]+ KB; how to use it: .*half\.onnx\.md$");
        new FileInfo(here["half.onnx"]).Length.Should().BeLessThan((long)json["bytes"]!);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Export_MixedOptions_AreRefusedInOneLine(string[] arguments, string expected)
    {
        here.SaveModel();
        (int code, string output, string error) = here.Run(["export", .. arguments]);
        (code, output).Should().Be((2, ""));
        error.TrimEnd().Should().Be(here.Place(expected));
        File.Exists(here["a.onnx"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("a.onnx")]
    [InlineData("a.onnx.md")]
    [InlineData("a.onnx.data")]
    public void Onnx_OverAFileThatExists_NeedsOverwrite(string existing)
    {
        here.SaveModel();
        File.WriteAllText(here[existing], "mine");
        (int code, _, string error) = here.Run("export", "--onnx", "{model}", "{a.onnx}");
        (code, error.TrimEnd()).Should().Be((2, $"{here[existing]} exists: give another file, or --overwrite."));
        File.ReadAllText(here[existing]).Should().Be("mine");
        Directory.GetFiles(Path.GetDirectoryName(here[existing])!, "a.onnx*").Should().ContainSingle();
        here.Run("export", "--onnx", "{model}", "{a.onnx}", "--overwrite").Code.Should().Be(0);
        new FileInfo(here["a.onnx"]).Length.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Onnx_WhatIsNoModel_IsRefusedInOneLine()
    {
        (int code, _, string error) = here.Run("export", "--onnx", "{nowhere}", "{a.onnx}");
        (code, error.TrimEnd()).Should().Be((1, $"The folder {here["nowhere"]} does not exist."));
    }
}
