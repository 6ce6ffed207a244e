using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>Runs in folders with blanks, signs, other alphabets and dots in their names, and deeper than 260 characters.</summary>
public sealed class FolderNameTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(10, 1e-3, 0.3));
    private static readonly string[] Names =
    [
        "a run & its %checkpoints%, $1 (2) 'x' #", "Übung 試験 🙂", ".hidden.step-000000001.tmp.lock", "con-1..2",
        string.Join('/', Enumerable.Repeat("a folder whose name has forty characters", 8)),
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-names-");
    private readonly ImageDataset images = new(arange(128, dtype: uint8).reshape(2, 1, 8, 8));

    public void Dispose()
    {
        images.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Run_FolderOfAnyName_SavesAndGoesOnAsInAPlainOne()
    {
        string plain = Path.Combine(folder.FullName, "plain");
        Run(plain, 2);
        SortedDictionary<string, string> expected = Contents(plain);
        expected.Keys.Should().Contain("checkpoints/step-000000002/network.safetensors").And.HaveCountGreaterThan(10);
        foreach (string name in Names)
        {
            string odd = Path.Combine(folder.FullName, "odd", name);
            Run(odd, 1);
            Run(odd, 2);
            Contents(odd).Should().Equal(expected, name);
        }
    }

    private void Run(string output, long steps)
    {
        using var network = new UNet(TinyNetwork.Options, 1);
        using Trainer trainer = Trainer.Create(network, Process);
        var store = new CheckpointStore(Path.Combine(output, "checkpoints"), every: 1, keepLast: 2);
        store.RestoreLatest(trainer);
        using var metrics = new MetricsLog(
            1, new CsvMetrics(Path.Combine(output, "metrics.csv")), new JsonLinesMetrics(Path.Combine(output, "metrics.jsonl")));
        trainer.Run(new ShuffledBatches(images, 2, seed: 1), steps, hooks: [metrics, store]).Should().BeTrue();
        string saved = Path.Combine(output, "model");
        ModelFolder.Save(saved, network, Process);
        using TrainedModel model = ModelFolder.Load(saved);
        model.Process.Coefficients.Betas.Should().Equal(Process.Coefficients.Betas);
    }

    private static SortedDictionary<string, string> Contents(string output) => new(
        Directory.GetFiles(output, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(output, path).Replace('\\', '/'), path => Convert.ToHexString(File.ReadAllBytes(path))),
        StringComparer.Ordinal);
}
