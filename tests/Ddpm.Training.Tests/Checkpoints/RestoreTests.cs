using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A checkpoint that is refused leaves the trainer bit for bit as it was, and no change of a checkpoint goes unnoticed.</summary>
public sealed class RestoreTests : IClassFixture<RestoredTrainer>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-restore-");
    private readonly RestoredTrainer restored;
    private readonly UNet network;
    private readonly Trainer trainer;
    private readonly string checkpoint;

    public RestoreTests(RestoredTrainer restored)
    {
        this.restored = restored;
        (network, trainer) = (restored.Network, restored.Trainer);
        checkpoint = Path.Combine(folder.FullName, "x");
        restored.CopyCheckpoint(checkpoint);
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("batches", "5", "text, but is 5")]
    [InlineData("batches", "{}", "text, but is {}")]
    [InlineData("steps", "9000000000000000000", "a whole number from 0 to 2147483647, but is 9000000000000000000")]
    [InlineData("steps", "9e18", "a whole number from 0 to 2147483647, but is 9e18")]
    [InlineData("steps", "-1", "but is -1")]
    [InlineData("steps", "1.5", "but is 1.5")]
    [InlineData("steps", "\"1\"", "but is \"1\"")]
    [InlineData("steps", null, "steps is missing")]
    [InlineData("averages", "[2]", "a whole number from 1 to 1000, but is [2]")]
    [InlineData("averages", "100000000", "a whole number from 1 to 1000")]
    [InlineData("average_updates", "null", "but is null")]
    [InlineData("settings", "[]", "an object, but is []")]
    [InlineData("settings", "{\"Seed\": 1}", "settings.Seed must be text, but is 1")]
    [InlineData("files", "{\"network.safetensors\": null}", "files.network.safetensors must be text, but is null")]
    [InlineData("files", "{}", "files.network.safetensors must be a digest, but is absent")]
    [InlineData("format", "2", "format 2, which has no digests")]
    [InlineData("format", "5", "format 5, but only 3 and 4 are known")]
    [InlineData("learning_rate", null, "learning_rate is missing")]
    [InlineData("learning_rate", "[]", "learning_rate must be an object, but is []")]
    [InlineData("learning_rate", "{\"ends_at\": null, \"transition\": null}", "learning_rate.factor is missing")]
    [InlineData("learning_rate", "{\"factor\": 1.5, \"ends_at\": null, \"transition\": null}", "learning_rate.factor must be")]
    [InlineData("learning_rate", "{\"factor\": 1, \"ends_at\": 0, \"transition\": null}", "learning_rate.ends_at must be null or")]
    [InlineData("learning_rate", "{\"factor\": 1, \"ends_at\": null}", "learning_rate.transition must be an object, or null")]
    [InlineData(
        "learning_rate", "{\"factor\": 1, \"ends_at\": 3, \"transition\": {\"at\": 1}}", "learning_rate.transition.from is missing")]
    [InlineData("learning_rate", "{\"factor\": 1, \"ends_at\": 3, \"transition\": null, \"x\": 1}", "learning_rate.x = 1 is not a field")]
    [InlineData("format", "{}", "a whole number from 1")]
    [InlineData("extra", "1", "extra = 1 is not a field")]
    public void Restore_ManifestWithAWrongField_IsRefusedAndNothingChanges(string field, string? value, string expected)
    {
        ForgedCheckpoint.Edit(checkpoint, json =>
        {
            if (value is null) json.Remove(field);
            else json[field] = JsonNode.Parse(value);
        });
        AssertRefused($"*checkpoint.json*{expected}*");
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "must hold a JSON object, but holds []")]
    [InlineData("", "empty")]
    public void Restore_ManifestThatIsNoObject_IsRefused(string text, string expected)
    {
        File.WriteAllText(Path.Combine(checkpoint, "checkpoint.json"), text);
        AssertRefused($"*checkpoint.json*{expected}*");
    }

    [Fact]
    public void Restore_ManifestWithANameTwiceOrHalfASurrogatePair_IsRefused()
    {
        ForgedCheckpoint.EditText(checkpoint, text => text.Replace("\"steps\":1,", "\"steps\":1,\"steps\":2,", StringComparison.Ordinal));
        AssertRefused("*checkpoint.json*steps*");
        ForgedCheckpointAgain();
        ForgedCheckpoint.EditText(checkpoint, text => text.Replace("\"batches\":\"", "\"batches\":\"\\ud800", StringComparison.Ordinal));
        AssertRefused("*checkpoint.json*Unicode*");
        ForgedCheckpointAgain();
        ForgedCheckpoint.EditText(
            checkpoint, text => text.Replace("\"settings\":{", "\"settings\":{\"\\udc00\":\"\",", StringComparison.Ordinal));
        AssertRefused("*checkpoint.json*");
    }

    [Theory]
    [InlineData("optimizer.safetensors", "steps", "float64", "steps must be Int64")]
    [InlineData("optimizer.safetensors", "steps", "huge", "steps must be 0 … 2147483647, but has 9000000000000000000")]
    [InlineData("optimizer.safetensors", "steps", "longer", "counts steps of")]
    [InlineData("optimizer.safetensors", "steps", "absent", "must have steps")]
    [InlineData("optimizer.safetensors", "timestep_sampler", "float32", "timestep_sampler must be Float64")]
    [InlineData("optimizer.safetensors", "timestep_sampler", "longer", "does not fit the timestep sampler")]
    [InlineData("optimizer.safetensors", "timestep_sampler", "nan", "state[0] must be a whole number from 0 to 1, but is NaN")]
    [InlineData("optimizer.safetensors", "timestep_sampler", "absent", "must have timestep_sampler")]
    [InlineData("optimizer.safetensors", "second/conv_out.bias", "float64", "second/conv_out.bias is Float64")]
    [InlineData("optimizer.safetensors", "first/conv_out.bias", "longer", "first/conv_out.bias is Float32 [2]")]
    [InlineData("optimizer.safetensors", "second/conv_out.bias", "absent", "has no second/conv_out.bias")]
    [InlineData("average-1.safetensors", "conv_out.bias", "float64", "conv_out.bias is Float64")]
    [InlineData("average-1.safetensors", "conv_out.weight", "absent", "has no conv_out.weight")]
    [InlineData("network.safetensors", "conv_out.bias", "longer", "conv_out.bias is Float32 [2]")]
    public void Restore_TensorOfAnotherKind_IsRefusedAndNothingChanges(string file, string name, string change, string expected)
    {
        ForgedCheckpoint.EditTensors(checkpoint, file, tensors =>
        {
            Tensor changed = change switch
            {
                "float64" => tensors[name].to(float64),
                "float32" => tensors[name].to(float32),
                "nan" => tensors[name].fill_(double.NaN),
                "huge" => tensors[name].fill_(9_000_000_000_000_000_000),
                _ => cat([tensors[name], tensors[name]]),
            };
            tensors.Remove(name);
            if (change != "absent") tensors[name] = changed;
        });
        AssertRefused($"*{expected}*");
    }

    [Fact]
    public void Restore_ABitFlippedAnywhere_IsRefusedWithTheFileNamed()
    {
        var random = new Random(1);
        string[] files =
        [
            "network.safetensors", "average-0.safetensors", "average-1.safetensors", "optimizer.safetensors", "checkpoint.json",
        ];
        TrainerBits before = TrainerBits.Of(trainer);
        foreach (string file in files)
        {
            string path = Path.Combine(checkpoint, file);
            byte[] whole = File.ReadAllBytes(path);
            for (int trial = 0; trial < 60; trial++)
            {
                byte[] flipped = [.. whole];
                flipped[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, flipped);
                FluentActions.Invoking(() => trainer.RestoreCheckpoint(checkpoint))
                    .Should().Throw<InvalidDataException>().WithMessage($"*{file}*");
            }

            File.WriteAllBytes(path, whole);
        }

        TrainerBits.Of(trainer).Should().Be(before);
        trainer.RestoreCheckpoint(checkpoint);
        trainer.StepsDone.Should().Be(1);
        restored.Train(2);
    }

    [Fact]
    public void Restore_ASamplerThatRefusesInTheMiddle_GetsBackWhatItHad()
    {
        var fickle = new FickleTimesteps();
        using Trainer other = Trainer.Create(network, new SimpleObjective(RestoredTrainer.Process), timesteps: fickle);
        string path = Path.Combine(folder.FullName, "fickle");
        other.SaveCheckpoint(path);
        fickle.State = [1, 2];
        fickle.Refuses = true;
        FluentActions.Invoking(() => other.RestoreCheckpoint(path)).Should().Throw<InvalidDataException>().WithMessage("*no such state*");
        fickle.State.Should().Equal(1, 2);
    }

    [Fact]
    public void Export_ChangedWeightsOrConfiguration_IsRefusedWithTheFileNamed()
    {
        string exported = Path.Combine(folder.FullName, "exported");
        foreach (string file in new[] { "average-0.safetensors", Path.Combine("model", "unet", "config.json"), "checkpoint.json" })
        {
            string path = Path.Combine(checkpoint, file);
            byte[] whole = File.ReadAllBytes(path);
            byte[] flipped = [.. whole];
            flipped[^2] ^= 1;
            File.WriteAllBytes(path, flipped);
            FluentActions.Invoking(() => Checkpoint.Export(checkpoint, exported))
                .Should().Throw<InvalidDataException>().WithMessage($"*{file}*");
            File.WriteAllBytes(path, whole);
        }

        Directory.Exists(exported).Should().BeFalse();
        Checkpoint.Export(checkpoint, exported);
    }

    [Fact]
    public void Save_Folder_ListsTheDigestOfEveryFile()
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "checkpoint.json")))!;
        string[] files =
        [
            .. Directory.GetFiles(checkpoint, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(checkpoint, path).Replace('\\', '/')),
        ];
        json["files"]!.AsObject().Select(pair => pair.Key).Append("checkpoint.json").Should().BeEquivalentTo(files);
    }

    [Fact]
    public void Restore_SettingWithALineBreak_IsRefusedInOneLine()
    {
        ForgedCheckpoint.Edit(checkpoint, json => json["settings"]!["New\n"] = "1\n2");
        FluentActions.Invoking(() => trainer.RestoreCheckpoint(checkpoint)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain("New: 12 then, absent now").And.NotContain("\n");
    }

    private void ForgedCheckpointAgain()
    {
        Directory.Delete(checkpoint, recursive: true);
        trainer.SaveCheckpoint(checkpoint);
        ForgedCheckpoint.Edit(checkpoint, json => json["steps"] = 1);
    }

    private void AssertRefused(string message)
    {
        TrainerBits before = TrainerBits.Of(trainer);
        FluentActions.Invoking(() => trainer.RestoreCheckpoint(checkpoint)).Should().Throw<InvalidDataException>().WithMessage(message);
        TrainerBits.Of(trainer).Should().Be(before);
        // The batches are the same still.
        restored.Train(1);
    }

    private sealed class FickleTimesteps : ITimestepSampler
    {
        public double[] State { get; set; } = [3, 4];

        public bool Refuses { get; set; }

        public TimestepDraw Draw(long seed, int trainingStep, int count) => new([.. new long[count]], [.. Enumerable.Repeat(1.0, count)]);

        public void Observe(TimestepDraw draw, ReadOnlySpan<double> losses)
        {
        }

        public double[] Save() => [.. State];

        public void Restore(ReadOnlySpan<double> state)
        {
            State = state.ToArray();
            if (!Refuses) return;
            Refuses = false;
            throw new FormatException("no such state");
        }
    }
}
