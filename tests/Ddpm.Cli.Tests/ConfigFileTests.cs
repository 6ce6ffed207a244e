using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

public sealed class ConfigFileTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Config_OptionsOfEveryKind_AreReadAndTheCommandLineWins()
    {
        here.SaveModel(classes: 4);
        Write($$"""
            {
              "model": "{{Escaped("model")}}", "out": "{{Escaped("out")}}", "sampler": "ddim", "num-inference-steps": 3, "eta": 0.25,
              "seed": -5, "count": 4, "label": "1,2", "save-tensors": true, "grid": null, /* a remark */
            }
            """);
        JsonObject json = here.Json("sample", "--config", "{config.json}", "--count", "2");
        JsonNode settings = json["settings"]!;
        ((int)json["count"]!, (int)settings["steps"]!, (double)settings["eta"]!, (long)settings["seed"]!, (string)settings["label"]!)
            .Should().Be((2, 3, 0.25, -5L, "1,2"));
        File.Exists(here["out/samples.safetensors"]).Should().BeTrue();
        File.Exists(here["out/grid.png"]).Should().BeTrue("null is the default");
        here.SaveModel("other", classes: 4);
        ((string)here.Json("sample", "{other}", "--config", "{config.json}", "--out", "{second}")["model"]!).Should()
            .Be(here["other"], "an argument of the command line wins too");
    }

    [Fact]
    public void Config_ListsAndFlags_ReachTraining()
    {
        here.SaveIdx("images", 4, seed: 1);
        Write($$"""
            {
              "data": ["{{Escaped("images")}}"], "out": "{{Escaped("run")}}", "multipliers": [1, 2], "ema": ["power:0.1", "constant:0.9"],
              "bf16": true, "channels": 8, "blocks": 1, "timesteps": 100, "batch-size": 2, "steps": 2, "metrics-every": 1,
              "checkpoint-every": 9, "grid-every": 9
            }
            """);
        JsonObject json = here.Json("train", "--config", "{config.json}", "--bf16", "false");
        ((bool)json["interrupted"]!, (int)json["metrics"]!["step"]!).Should().Be((false, 2));
        JsonObject checkpoint = here.Json("inspect", "{run/checkpoints/step-000000002}");
        ((int)checkpoint["averages"]!, (string)checkpoint["settings"]!["ComputeType"]!).Should()
            .Be((2, ""), "--bf16 false of the command line wins");
        checkpoint["network"]!["channels"]!.AsArray().Should().HaveCount(2);
    }

    [Theory]
    [InlineData("""{ "stepz": 3 }""", "{config.json}: stepz is not an option of ddpm sample; did you mean steps?")]
    [InlineData("""{ "config": "x" }""", "{config.json}: config is not an option of ddpm sample.")]
    [InlineData("""{ "batch_size": 3 }""", "{config.json}: batch_size is not an option of ddpm sample; did you mean batch-size?")]
    [InlineData("""{ "steps": { } }""", "{config.json}: steps must be a number, a text, true, false, or a list of these, but is { }.")]
    [InlineData("""{ "steps": 0 }""", "{config.json}: --steps must be at least 1, but is 0.")]
    [InlineData("""{ "steps": [1, 2] }""", "{config.json}: --steps must be given once, but is 1 and 2.")]
    [InlineData("""{ "steps": true }""", "{config.json}: --steps must be a whole number of at least 1, but is true.")]
    [InlineData("""{ "steps": 1, "steps": 2 }""", "{config.json}: steps must occur once, but occurs twice.")]
    [InlineData("[1]", "{config.json} must hold a JSON object of options, such as {\"steps\": 50}, but holds [1].")]
    [InlineData("{", "{config.json} is not valid JSON: *")]
    [InlineData("", "{config.json} must be a regular file with contents, *")]
    [InlineData("{} x", "{config.json} is not valid JSON: *")]
    [InlineData("null", "{config.json} must hold a JSON object of options, *, but holds null.")]
    [InlineData("""{ "st\ud800eps": 2 }""", "{config.json} must hold valid Unicode, *")]
    [InlineData("""{ "sampler": "\ud800" }""", "{config.json} must hold valid Unicode, but a text in sampler is not: *")]
    [InlineData("""{ "steps": 1e999 }""", "{config.json}: --steps must be a whole number of at least 1, but is 1e999.")]
    [InlineData("""{ "steps": 99999999999 }""", "{config.json}: --steps must be a whole number of at least 1, but is 99999999999.")]
    [InlineData("""{ "steps": 8.0 }""", "{config.json}: --steps must be a whole number of at least 1, but is 8.0.")]
    [InlineData("""{ "batch": 2, "batch-size": 3 }""", "{config.json}: batch and batch-size are one option, which must occur once.")]
    [InlineData("""{ "steps": [[2]] }""", "{config.json}: steps must be a number, a text, true, false, or a list of these, but is [2].")]
    [InlineData("""{ "save-tensors": "maybe" }""", "{config.json}: --save-tensors must be true or false, but is maybe.")]
    [InlineData("""{ "sampler": "a\nb" }""", "{config.json}: --sampler must be ddpm, *, but is a b.")]
    [InlineData("""{ "start": "a\u0000b" }""", "{config.json}: --start must be a x_T.safetensors, but is a\\0b.")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "{config.json} is a Git LFS pointer*")]
    public void Config_Wrong_IsNamedWithItsFile(string json, string message)
    {
        here.SaveModel();
        Write(json);
        (int code, _, string error) = here.Run("sample", "{model}", "--out", "{out}", "--config", "{config.json}");
        code.Should().Be(2);
        error.Trim().Should().Match(here.Place(message)).And.NotContain("\n");
        Directory.Exists(here["out"]).Should().BeFalse();
    }

    [Fact]
    public void Config_Missing_IsNamed() =>
        here.Run("sample", "{model}", "--config", "{none.json}").Should()
            .Be((2, "", here.Place("--config: The file {none.json} does not exist.") + Environment.NewLine));

    [Fact]
    public void Config_FilesWithoutAnEnd_AreRefusedAtOnce()
    {
        here.SaveModel();
        File.WriteAllText(here["config.json"], $$"""{"sampler":"{{new string('x', 2 << 20)}}"}""");
        foreach (string path in new[] { here["config.json"], here["model"] }.Concat(OperatingSystem.IsWindows() ? [] : ["/dev/zero"]))
        {
            (int code, _, string error) = here.Run("sample", "{model}", "--out", "{out}", "--config", path);
            code.Should().Be(2);
            error.Trim().Should().StartWith(path).And.NotContain("\n");
        }
    }

    [Theory]
    [InlineData("""{ "out": "{second}", "model": "{model}" }""", "")]
    [InlineData("""{ "out": "{second}" }""", "{model}")]
    public void Config_Arguments_TakeTheirPlacesInWhateverOrder(string json, string typed)
    {
        here.SaveModel();
        Write(here.Place(json).Replace("\\", "\\\\", StringComparison.Ordinal));
        string[] words = typed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        JsonObject converted = here.Json(["convert", .. words, "--config", "{config.json}"]);
        ((string)converted["model"]!).Should().Be(here["second"]);
    }

    [Fact]
    public void Config_SecondArgumentAlone_IsRefused()
    {
        Write($$"""{ "out": "{{Escaped("second")}}" }""");
        here.Run("convert", "--config", "{config.json}").Should()
            .Be((2, "", here.Place("{config.json}: out needs model before it.") + Environment.NewLine));
    }

    [Fact]
    public void Config_ArgumentThatLooksLikeAnOption_IsAnArgument()
    {
        Write("""{ "model": "--json" }""");
        (int code, _, string error) = here.Run("sample", "--config", "{config.json}", "--out", "{out}");
        (code, error.Trim()).Should().Be((1, "The folder --json does not exist."));
    }

    private void Write(string json) => File.WriteAllText(here["config.json"], json);

    private string Escaped(string name) => here[name].Replace("\\", "\\\\", StringComparison.Ordinal);
}
