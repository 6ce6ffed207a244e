using System.Diagnostics;
using System.Globalization;
using Ddpm.Tests;
using TorchSharp;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A process that is killed and started again ends with the same bits as one that is not.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-resume-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1, 14, new[] { 3, 8 }, "plain")] // two epochs of six batches; killed between checkpoints and at one
    [InlineData(4, 5, new[] { 3 }, "plain")] // three epochs, mid-epoch too
    [InlineData(2, 8, new[] { 1, 5 }, "full")] // with classes, two averages, bfloat16 and batches read ahead
    public async Task Run_KilledAndResumed_GivesTheSameBits(int accumulation, int steps, int[] killsAt, string kind)
    {
        string straight = Path.Combine(folder.FullName, "straight"), broken = Path.Combine(folder.FullName, "broken");
        // What is not killed runs in this process.
        Dictionary<long, string> expected = Run(straight, steps, accumulation, kind);
        var losses = new Dictionary<long, string>();
        foreach (int killAt in killsAt)
        {
            foreach ((long step, string loss) in await RunWorker(broken, steps, accumulation, kind, killAt)) losses[step] = loss;
        }

        foreach ((long step, string loss) in Run(broken, steps, accumulation, kind)) losses[step] = loss;

        losses.Should().BeSubsetOf(expected, "every step's loss, to the last digit");
        losses.Count.Should().BeGreaterThanOrEqualTo(steps - killsAt.Length, "a kill may come between a checkpoint and its step's line");
        string last = $"step-{steps.ToString("D9", CultureInfo.InvariantCulture)}";
        string[] files = [.. Directory.GetFiles(Path.Combine(straight, last)).Select(path => Path.GetFileName(path)!)];
        files.Should().HaveCount(kind == "full" ? 5 : 4);
        foreach (string file in files)
        {
            File.ReadAllBytes(Path.Combine(broken, last, file)).Should().Equal(File.ReadAllBytes(Path.Combine(straight, last, file)), file);
        }

        Directory.GetDirectories(broken).Where(path => Path.GetFileName(path).StartsWith("step-", StringComparison.Ordinal))
            .Should().HaveCount(2, "the last two are kept");
    }

    private static Dictionary<long, string> Run(string folder, int steps, int accumulation, string kind)
    {
        var losses = new Dictionary<long, string>();
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        try
        {
            TrainingWorker.Training.Run(folder, steps, accumulation, kind == "full", new Relay<TrainingProgress>(
                at => losses[at.Step] = at.Loss.ToString("R", CultureInfo.InvariantCulture)));
        }
        finally
        {
            torch.set_num_threads(threads);
        }

        return losses;
    }

    private static async Task<Dictionary<long, string>> RunWorker(string folder, int steps, int accumulation, string kind, int killAt)
    {
        // This folder is tests/Ddpm.Training.Tests/bin/…; the worker lies in the same place of its own project.
        string worker = Path.Combine(
            AppContext.BaseDirectory.Replace("Ddpm.Training.Tests", "Ddpm.TrainingWorker", StringComparison.Ordinal),
            "Ddpm.TrainingWorker.dll");
        string[] arguments = [worker, folder, $"{steps}", $"{accumulation}", kind];
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using Process process = Process.Start(new ProcessStartInfo(host, arguments) { RedirectStandardOutput = true })!;
        var losses = new Dictionary<long, string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] != "step") continue;
            long step = long.Parse(words[1], CultureInfo.InvariantCulture);
            losses[step] = words[3];
            // SIGKILL: nothing of the process's own runs any more. It may have done a few steps more by then.
            if (step >= killAt) process.Kill();
        }

        await process.WaitForExitAsync();
        return losses;
    }
}
