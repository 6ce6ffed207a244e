using System.Diagnostics;
using System.Globalization;
using Ddpm.Tests;

namespace Ddpm.Cli.Tests;

/// <summary>
/// A program that is killed at random moments, and started again each time, leaves the bytes of one that is not: weights, metrics, pictures
/// and the model. DDPM_KILL_COUNT sets the number of kills.
/// </summary>
public sealed class KilledProgramTests : IDisposable
{
    private const int Steps = 12;
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Train_KilledAtRandomAndStartedAgain_LeavesTheSameBytes()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("DDPM_KILL_COUNT"), CultureInfo.InvariantCulture, out int many)
            ? many
            : 2;
        here.SaveIdx("images", 8, seed: 1);
        long begun = Stopwatch.GetTimestamp();
        Whole("straight");
        TimeSpan whole = Stopwatch.GetElapsedTime(begun);
        SortedDictionary<string, string> expected = Contents(here["straight"]);
        expected.Keys.Should().Contain(["metrics.csv", "metrics.jsonl", "loss.png", "grids/grid-000000012.png"]);
        expected.Keys.Should().Contain(["tensorboard/events.out.tfevents.ddpm", "model/unet/diffusion_pytorch_model.safetensors"]);
        var random = new Random(17);
        for (int done = 0, ends = 0; done < kills; ends++)
        {
            string run = $"run{ends}";
            // Several kills in one run; the next run begins anew.
            while (done < kills)
            {
                using RunningProgram program = RunningProgram.Start(Train(run));
                // Its start takes longer than the run and leaves nothing: the time counts from the first line. The first run in a process
                // takes longer than one that follows others.
                program.WaitFor("images [");
                bool ended = program.HasEndedAfter(1.5 * whole * random.NextDouble());
                if (ended) break;
                program.Kill();
                done++;
            }

            Whole(run);
            Contents(here[run]).Should().Equal(expected, "after {0} kills", done);
            Directory.Delete(here[run], recursive: true);
            FuzzRun.Log($"{done} kills at random in {ends + 1} runs of ddpm train: {expected.Count} files the same");
        }
    }

    [Fact]
    public void Train_KilledWhileItSavedItsModel_LeavesTheSameFiles()
    {
        here.SaveIdx("images", 8, seed: 1);
        Whole("run");
        SortedDictionary<string, string> expected = Contents(here["run"]);
        string[] own = ["model/.model_index.json", "model/unet/.config.json", "model/unet/.diffusion_pytorch_model.safetensors",
            "model/scheduler/.scheduler_config.json", ".loss.png", ".options.json"];
        foreach (string name in own) File.WriteAllText(Path.Combine(here["run"], $"{name}.{Guid.NewGuid():N}.tmp"), "a part");
        File.WriteAllText(Path.Combine(here["run"], ".notes.of.mine.tmp"), "not of this run");

        Whole("run");

        SortedDictionary<string, string> found = Contents(here["run"]);
        found.Remove(".notes.of.mine.tmp").Should().BeTrue("the run did not write it");
        found.Should().Equal(expected);
    }

    // In this process, where it is the same and sooner done.
    private void Whole(string output)
    {
        (int code, _, string error) = here.Run(Train(output));
        code.Should().Be(0, error);
    }

    private string[] Train(string output) =>
    [
        "train", "--data", here["images"], "--out", here[output], "--steps", $"{Steps}", "--channels", "8", "--multipliers", "1,2",
        "--blocks", "1", "--timesteps", "25", "--batch-size", "4", "--metrics-every", "5", "--checkpoint-every", "3", "--grid-every", "6",
        "--tensorboard", "--decay", "none", "--threads", "1",
    ];

    // The pace depends on the clock; what a killed process leaves of its locks is empty.
    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(folder, path), Bytes: File.ReadAllBytes(path)))
            .Where(file => file.Item1 != "pace.csv" && !(file.Item1.EndsWith(".lock", StringComparison.Ordinal) && file.Bytes.Length == 0))
            .ToDictionary(file => file.Item1, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file.Bytes))),
        StringComparer.Ordinal);
}
