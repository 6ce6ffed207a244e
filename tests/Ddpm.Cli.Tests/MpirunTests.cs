using System.Text.Json.Nodes;
using Ddpm.Distributed.Mpi.Tests.Jobs;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class MpirunTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [MpiFact]
    public void Train_TwoProcesses_LeaveOneRunThatAnyNumberGoesOnWith()
    {
        here.SaveIdx("images", 6, seed: 1);
        string[] train =
        [
            "train", "--data", here["images"], "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--timesteps", "25",
            "--metrics-every", "2", "--checkpoint-every", "2", "--grid-every", "4", "--decay", "none", "--batch-size", "4",
        ];

        string[] mpirun = [MpiLaunchers.OpenMpi!, "--allow-run-as-root", "--oversubscribe", "-np", "2", "dotnet", RunningProgram.File];
        using RunningProgram job = RunningProgram.StartCommand([.. mpirun, .. train, "--mpi", "--out", here["two"], "--steps", "4"]);
        (int code, string output, string error) = job.End();
        code.Should().Be(0, error);
        output.Split('\n').Count(line => line.StartsWith("step 4/4", StringComparison.Ordinal)).Should().Be(1, "one process speaks");
        output.Should().Contain("4 steps of 4 on 2 processes").And.Contain($"The model is in {here["two/model"]}");
        string[] files = ["metrics.csv", "loss.png", "grids/grid-000000004.png", "checkpoints/step-000000004/checkpoint.json"];
        foreach (string file in files)
        {
            new FileInfo(here["two/" + file]).Length.Should().BeGreaterThan(0, file);
        }

        // Alone from where the two ended, and from the start.
        (code, output, error) = here.Run([.. train, "--out", here["two"], "--steps", "6"]);
        code.Should().Be(0, error);
        output.Should().Contain("going on at step 4");
        here.Run([.. train, "--out", here["one"], "--steps", "6"]).Code.Should().Be(0);
        using TrainedModel first = ModelFolder.Load(here["one/model"]), second = ModelFolder.Load(here["two/model"]);
        foreach (((string name, Tensor expected), (_, Tensor actual)) in first.Network.state_dict().Zip(second.Network.state_dict()))
        {
            actual.sub(expected).abs().max().item<float>().Should().BeLessThan(1e-6f, name);
        }
    }

    [Fact]
    public void Train_BatchThatRanksCannotShare_IsRefused()
    {
        here.SaveIdx("images", 6, seed: 1);
        string[] train =
        [
            "train", "--mpi", "--data", here["images"], "--out", here["odd"], "--channels", "8", "--multipliers", "1,2", "--blocks", "1",
            "--steps", "4", "--batch-size", "3",
        ];
        (int code, _, string error) = CommandRanks.Run(train, train);
        code.Should().NotBe(0);
        error.Should().Contain("batches must be of a size that 2 ranks can share equally, but are of 3.");
    }

    [Fact]
    public void SampleAndEvaluate_TwoRanks_GiveWhatOneDoes()
    {
        here.SaveModel();
        here.SaveIdx("real", 9, seed: 1);
        string[] sample = ["sample", here["model"], "--count", "5", "--steps", "3", "--batch-size", "2", "--seed", "4"];
        here.Run([.. sample, "--out", here["one"]]).Code.Should().Be(0);
        string[] sampleTogether = [.. sample, "--mpi", "--out", here["two"]];
        (int code, string output, string error) = CommandRanks.Run(sampleTogether, sampleTogether);
        code.Should().Be(0, error);
        output.Split('\n').Count(line => line.StartsWith("5 pictures are in", StringComparison.Ordinal)).Should()
            .Be(1, "one process speaks");
        foreach (string file in new[] { "grid.png", "images/000000.png", "images/000002.png", "images/000004.png" })
        {
            File.ReadAllBytes(here["two/" + file]).Should().Equal(File.ReadAllBytes(here["one/" + file]), file);
        }

        Directory.GetFiles(here["two/images"]).Should().HaveCount(5);

        foreach (string[] evaluate in new string[][]
        {
            ["evaluate", "bpd", here["model"], here["real"], "--steps", "3", "--batch-size", "2", "--json"],
            ["evaluate", "fid", here["real"], here["model"], "--features", "pixels", "--steps", "3", "--json"],
            [
                "evaluate", "pr", here["real"], here["two"], "--features", "pixels", "--neighbours", "1", "--density-neighbours", "2",
                "--json",
            ],
        })
        {
            (int aloneCode, string alone, string aloneError) = here.Run(evaluate);
            string[] shared = [.. evaluate, "--mpi"];
            (int togetherCode, string together, string togetherError) = CommandRanks.Run(shared, shared);
            (aloneCode, togetherCode).Should().Be((0, 0), aloneError + togetherError);
            JsonObject expected = Metrics(alone), actual = Metrics(together);
            expected.Should().NotBeEmpty();
            foreach ((string name, JsonNode? metric) in expected)
            {
                ((double)actual[name]!["value"]!).Should()
                    .BeApproximately((double)metric!["value"]!, 1e-5 * Math.Max(1, Math.Abs((double)metric["value"]!)), name);
            }
        }

        string[] stream = [.. sample, "--mpi", "--noise", "stream", "--out", here["stream"]];
        (code, _, error) = CommandRanks.Run(stream, stream);
        code.Should().NotBe(0);
        error.Should().Contain("Noise must be a function of each sample's number");
    }

    private static JsonObject Metrics(string json) => JsonNode.Parse(json)!["metrics"]!.AsObject();
}
