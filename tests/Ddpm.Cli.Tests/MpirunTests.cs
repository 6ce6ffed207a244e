using System.Diagnostics;
using System.Text.Json.Nodes;
using Ddpm.Distributed.Mpi.Tests.Jobs;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class MpirunTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-cli-");

    public void Dispose() => folder.Delete(recursive: true);

    [MpiFact]
    public void Train_TwoProcesses_LeaveOneRunThatAnyNumberGoesOnWith()
    {
        File.WriteAllBytes(
            At("images"),
            [0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0, 8, .. Enumerable.Range(0, 6 * 64).Select(i => (byte)(i * 37))]);
        string[] train =
        [
            "train", "--mpi", "--data", At("images"), "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--timesteps", "100",
            "--metrics-every", "2", "--checkpoint-every", "2", "--grid-every", "4", "--decay", "none",
        ];
        string[] mpirun = Mpirun;

        (int code, string output, string error) = Run(
            [.. mpirun, "dotnet", Program, .. train, "--out", At("two"), "--steps", "4", "--batch-size", "4"]);
        code.Should().Be(0, error);
        output.Split('\n').Count(line => line.StartsWith("step 4/4", StringComparison.Ordinal)).Should().Be(1, "one process speaks");
        output.Should().Contain("4 steps of 4 on 2 processes").And.Contain($"The model is in {At("two/model")}");
        string[] files = ["metrics.csv", "loss.png", "grids/grid-000000004.png", "checkpoints/step-000000004/checkpoint.json"];
        foreach (string file in files)
        {
            new FileInfo(At("two/" + file)).Length.Should().BeGreaterThan(0, file);
        }

        // Alone from the start, and alone from where the two ended; in processes of their own, since MPI starts once in each.
        Run(["dotnet", Program, .. train, "--out", At("one"), "--steps", "6", "--batch-size", "4"]).Code.Should().Be(0);
        (code, output, error) = Run(["dotnet", Program, .. train, "--out", At("two"), "--steps", "6", "--batch-size", "4"]);
        code.Should().Be(0, error);
        output.Should().Contain("going on at step 4");
        using TrainedModel first = ModelFolder.Load(At("one/model")), second = ModelFolder.Load(At("two/model"));
        foreach (((string name, Tensor expected), (_, Tensor actual)) in first.Network.state_dict().Zip(second.Network.state_dict()))
        {
            actual.sub(expected).abs().max().item<float>().Should().BeLessThan(1e-6f, name);
        }

        (code, output, error) = Run([.. mpirun, "dotnet", Program, .. train, "--out", At("odd"), "--steps", "4", "--batch-size", "3"]);
        code.Should().NotBe(0);
        error.Should().Contain("batches must be of a size that 2 ranks can share equally, but are of 3.");
    }

    [MpiFact]
    public void SampleAndEvaluate_TwoProcesses_GiveWhatOneDoes()
    {
        using var here = new Workplace();
        here.SaveModel();
        here.SaveIdx("real", 9, seed: 1);
        string[] sample = ["sample", here["model"], "--count", "5", "--steps", "3", "--batch-size", "2", "--seed", "4"];

        RunAlone([.. sample, "--out", At("one")]).Code.Should().Be(0);
        (int code, string output, string error) = Run([.. Mpirun, "dotnet", Program, .. sample, "--mpi", "--out", At("two")]);
        code.Should().Be(0, error);
        output.Split('\n').Count(line => line.StartsWith("5 pictures are in", StringComparison.Ordinal)).Should()
            .Be(1, "one process speaks");
        foreach (string file in new[] { "grid.png", "images/000000.png", "images/000002.png", "images/000004.png" })
        {
            File.ReadAllBytes(At("two/" + file)).Should().Equal(File.ReadAllBytes(At("one/" + file)), file);
        }

        Directory.GetFiles(At("two/images")).Should().HaveCount(5);

        foreach (string[] evaluate in new string[][]
        {
            ["evaluate", "bpd", here["model"], here["real"], "--steps", "3", "--batch-size", "2", "--json"],
            ["evaluate", "fid", here["real"], here["model"], "--features", "pixels", "--steps", "3", "--json"],
            ["evaluate", "pr", here["real"], At("two"), "--features", "pixels", "--neighbours", "1", "--density-neighbours", "2", "--json"],
        })
        {
            (int aloneCode, string alone, string aloneError) = RunAlone(evaluate);
            (int togetherCode, string together, string togetherError) = Run([.. Mpirun, "dotnet", Program, .. evaluate, "--mpi"]);
            (aloneCode, togetherCode).Should().Be((0, 0), aloneError + togetherError);
            JsonObject expected = Metrics(alone), actual = Metrics(together);
            expected.Should().NotBeEmpty();
            foreach ((string name, JsonNode? metric) in expected)
            {
                ((double)actual[name]!["value"]!).Should()
                    .BeApproximately((double)metric!["value"]!, 1e-5 * Math.Max(1, Math.Abs((double)metric["value"]!)), name);
            }
        }

        (code, _, error) = Run([.. Mpirun, "dotnet", Program, .. sample, "--mpi", "--noise", "stream", "--out", At("stream")]);
        code.Should().NotBe(0);
        error.Should().Contain("Noise must be a function of each sample's number");
    }

    private static JsonObject Metrics(string json) => JsonNode.Parse(json)!["metrics"]!.AsObject();

    private static string[] Mpirun => [MpiLaunchers.OpenMpi!, "--allow-run-as-root", "--oversubscribe", "-np", "2"];

    private static string Program => Path.Combine(AppContext.BaseDirectory, "ddpm.dll");

    // Without --mpi the program is the same in this process.
    private static (int Code, string Output, string Error) RunAlone(string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static (int Code, string Output, string Error) Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(TimeSpan.FromMinutes(4)).Should().BeTrue();
        return (process.ExitCode, output, error.Result);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
