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
    private const int Steps = 20;
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
        (int straight, _, string straightError) = Whole(Train("straight"));
        straight.Should().Be(0, straightError);
        TimeSpan whole = Stopwatch.GetElapsedTime(begun);
        SortedDictionary<string, string> expected = Contents(here["straight"]);
        expected.Keys.Should().Contain(["metrics.csv", "metrics.jsonl", "loss.png", "grids/grid-000000020.png"]);
        expected.Keys.Should().Contain(["tensorboard/events.out.tfevents.ddpm", "model/unet/diffusion_pytorch_model.safetensors"]);
        var random = new Random(17);
        for (int done = 0, ends = 0; done < kills; ends++)
        {
            string run = $"run{ends}";
            // Several kills in one run; the next run begins anew.
            while (done < kills)
            {
                using RunningProgram program = RunningProgram.Start(Train(run));
                bool ended = program.HasEndedAfter(whole * random.NextDouble());
                if (ended) break;
                program.Kill();
                done++;
            }

            (int code, _, string error) = Whole(Train(run));
            code.Should().Be(0, error);
            Contents(here[run]).Should().Equal(expected, "after {0} kills", done);
            Directory.Delete(here[run], recursive: true);
            FuzzRun.Log($"{done} kills at random in {ends + 1} runs of ddpm train: {expected.Count} files the same");
        }
    }

    private static (int Code, string Output, string Error) Whole(string[] arguments)
    {
        using RunningProgram program = RunningProgram.Start(arguments);
        return program.End();
    }

    private string[] Train(string output) =>
    [
        "train", "--data", here["images"], "--out", here[output], "--steps", $"{Steps}", "--channels", "8", "--multipliers", "1,2",
        "--blocks", "1", "--timesteps", "50", "--batch-size", "4", "--metrics-every", "7", "--checkpoint-every", "4", "--grid-every", "10",
        "--tensorboard", "--decay", "none",
    ];

    // The pace depends on the clock; what a killed process leaves of its locks is empty.
    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(folder, path), Bytes: File.ReadAllBytes(path)))
            .Where(file => file.Item1 != "pace.csv" && !(file.Item1.EndsWith(".lock", StringComparison.Ordinal) && file.Bytes.Length == 0))
            .ToDictionary(file => file.Item1, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file.Bytes))),
        StringComparer.Ordinal);
}
