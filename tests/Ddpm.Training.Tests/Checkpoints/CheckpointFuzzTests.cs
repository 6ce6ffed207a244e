using System.Security.Cryptography;
using System.Text;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>Checkpoints that were changed at random are refused by name, and the trainer stays bit for bit as it was.</summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    private const string Manifest = "checkpoint.json";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-checkpoint-");
    private readonly InMemoryDataset data = new(randn(4, 1, generator: new Generator(1)));
    private readonly Mlp network = new(new MlpOptions { Dimensions = 1, Width = 2, Blocks = 1 }, 1);
    private readonly Trainer trainer;
    private readonly string checkpoint;

    public CheckpointFuzzTests()
    {
        trainer = Trainer.Create(
            network, new SimpleObjective(new ReverseDiffusion(new LinearSchedule(4, 1e-3, 0.2))), new TrainingOptions { WarmupSteps = 0 },
            new LossSecondMomentTimesteps(4, historyLength: 1));
        // The row in progress is the state of a hook.
        using var metrics = new MetricsLog(9, new CsvMetrics(Path.Combine(folder.FullName, "m.csv")));
        var store = new CheckpointStore(folder.FullName);
        trainer.Run(new ShuffledBatches(data, 2, 1), 2, null, [metrics, store]);
        checkpoint = store.All[^1].Folder;
        trainer.Run(new ShuffledBatches(data, 2, 1), 3);
    }

    public static TheoryData<string> Files =>
        ["network.safetensors", "average-0.safetensors", "optimizer.safetensors", "hooks.safetensors", Manifest];

    public void Dispose()
    {
        trainer.Dispose();
        network.Dispose();
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Restore_FileChangedAtRandom_IsRefusedByName(string file)
    {
        string path = Path.Combine(checkpoint, file);
        byte[] good = File.ReadAllBytes(path);
        TrainerBits before = TrainerBits.Of(trainer);
        var run = new FuzzRun($"checkpoint, {file}", path);
        foreach (byte[] changed in Mutations.Of(good, Mutations.Count(200), seed: 12))
        {
            if (changed.AsSpan().SequenceEqual(good)) continue;
            File.WriteAllBytes(path, changed);
            run.Try(changed, () =>
            {
                string? refusal = FuzzRun.Refusal(() => trainer.RestoreCheckpoint(checkpoint));
                refusal.Should().NotBeNull("no change of a checkpoint goes unnoticed");
                TrainerBits.Of(trainer).Should().Be(before);
                return refusal;
            });
        }

        run.Require(leastRefused: 0.99);
        File.WriteAllBytes(path, good);
        trainer.RestoreCheckpoint(checkpoint);
        trainer.StepsDone.Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Restore_FileChangedWithItsDigests_IsReadOrRefusedByName(string file)
    {
        string path = Path.Combine(checkpoint, file), now = Path.Combine(folder.FullName, "now");
        byte[] good = File.ReadAllBytes(path);
        trainer.SaveCheckpoint(now);
        TrainerBits before = TrainerBits.Of(trainer);
        byte[] start = file == Manifest ? WithoutDigest(good) : good;
        var run = new FuzzRun($"checkpoint, {file} with digests made anew", checkpoint);
        foreach (byte[] changed in Mutations.Of(start, Mutations.Count(200), seed: 13))
        {
            if (file == Manifest)
            {
                File.WriteAllBytes(path, WithDigest(changed));
            }
            else
            {
                File.WriteAllBytes(path, changed);
                ForgedCheckpoint.Edit(checkpoint, json => json["files"]![file] = Digest(changed));
            }

            run.Try(changed, () =>
            {
                string? refusal = FuzzRun.Refusal(() => trainer.RestoreCheckpoint(checkpoint));
                if (refusal is null) trainer.RestoreCheckpoint(now);
                TrainerBits.Of(trainer).Should().Be(before);
                return refusal;
            });
        }

        run.Require(leastRefused: 0.1);
    }

    private static byte[] WithoutDigest(byte[] manifest)
    {
        string text = Encoding.UTF8.GetString(manifest);
        string digest = System.Text.Json.Nodes.JsonNode.Parse(text)!["digest"]!.ToString();
        return Encoding.UTF8.GetBytes(text.Replace(digest, new string('0', digest.Length), StringComparison.Ordinal));
    }

    private static byte[] WithDigest(byte[] manifest)
    {
        int place = manifest.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(new string('0', 64)));
        if (place < 0) return manifest;
        byte[] whole = [.. manifest];
        Encoding.ASCII.GetBytes(Digest(manifest)).CopyTo(whole, place);
        return whole;
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
