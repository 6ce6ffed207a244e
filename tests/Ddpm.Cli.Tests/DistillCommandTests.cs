using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

public sealed class DistillCommandTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Distill_Model_LeavesAStudentThatDdimSamplesInItsSteps()
    {
        here.SaveModel(classes: 2);
        string[] distil =
        [
            "distill", "{model}", "--out", "{run}", "--steps", "2", "--substeps", "3", "--teach-guidance", "2", "--batch-size", "2",
            "--checkpoint-every", "2", "--metrics-every", "1",
        ];
        JsonObject report = here.Json([.. distil, "--updates", "4"]);
        ((bool)report["interrupted"]!, (long)report["updates"]!).Should().Be((false, 4L));
        report["timesteps"]!.AsArray().Should().HaveCount(2);
        ((int)report["timesteps"]![1]!).Should().Be(19, "samples begin at the last timestep");
        Directory.GetDirectories(here["run/checkpoints"]).Should().HaveCount(2);
        Directory.GetFiles(here["run/grids"], "*.png").Should().NotBeEmpty();
        File.ReadAllLines(here["run/metrics.jsonl"]).Should().HaveCount(4);

        // A student is no teacher, and is sampled as it was taught.
        JsonNode process = here.Json("inspect", "{run/model}")["process"]!;
        process["trained_timesteps"]!.ToJsonString().Should().Be(report["timesteps"]!.ToJsonString());
        (int code, string output, string error) = here.Run("sample", "{run/model}", "--out", "{samples}", "--count", "2", "--label", "1");
        code.Should().Be(0, error);
        output.Should().Contain("2 samples [1, 8, 8], ddim, 2 steps");
        here.Run("distill", "{run/model}", "--out", "{other}", "--steps", "1").Error.Should().Contain(
            "cannot be distilled so: process must be the one that the network was trained with, but is respaced to 2 timesteps");
    }

    [Fact]
    public void Distill_StoppedRun_IsResumedToTheSameBits()
    {
        here.SaveModel();
        string[] Distil(string output) =>
        [
            "distill", "{model}", "--out", output, "--steps", "2", "--substeps", "2", "--batch-size", "2", "--updates", "4",
            "--checkpoint-every", "2",
        ];
        here.Json(Distil("{straight}"));
        here.Json(Distil("{broken}"));
        Directory.Delete(here["broken/checkpoints/step-000000004"], recursive: true);
        (int code, string output, string error) = here.Run(Distil("{broken}"));

        code.Should().Be(0, error);
        output.Should().Contain("Resuming, going on at update 2");
        const string Weights = "unet/diffusion_pytorch_model.safetensors";
        File.ReadAllBytes(here[$"broken/model/{Weights}"]).Should().Equal(File.ReadAllBytes(here[$"straight/model/{Weights}"]));
    }

    [Fact]
    public void Distill_OverItsTeacher_IsRefused()
    {
        here.SaveModel("run/model");
        byte[] before = File.ReadAllBytes(here["run/model/unet/diffusion_pytorch_model.safetensors"]);
        (int code, _, string error) = here.Run("distill", "{run/model}", "--out", "{run}", "--steps", "2");
        (code, error.Trim()).Should().Be((2, here.Place("--out must be another folder than {run}, whose model is the teacher.")));
        File.ReadAllBytes(here["run/model/unet/diffusion_pytorch_model.safetensors"]).Should().Equal(before);
        Directory.GetFileSystemEntries(here["run"]).Should().HaveCount(1);
    }
}
