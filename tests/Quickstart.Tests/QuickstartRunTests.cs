using System.Diagnostics;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Quickstart.Tests;

public sealed class QuickstartRunTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("ddpm-quickstart-");

    public void Dispose() => output.Delete(recursive: true);

    [WholeRunFact]
    public void Execute_DefaultsAndSeed_MakesDigitsAsGoodAsHeldOutOnes()
    {
        // The whole training, without which the digits are worse: 700 steps barely pass. Half of the samples measure it as well.
        (PrecisionRecallResult generated, PrecisionRecallResult heldOut) = QuickstartRun.Execute(
            new QuickstartOptions(1000, 128, 128, 1, output, "cpu"), TextWriter.Null, default, default);

        generated.Precision.Should().BeGreaterThanOrEqualTo(heldOut.Precision - 0.05);
        generated.Recall.Should().BeGreaterThanOrEqualTo(heldOut.Recall - 0.05);
        // The bar itself must mean something: real digits of other people are no noise.
        heldOut.Precision.Should().BeGreaterThan(0.5);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Execute_ShortTraining_LeavesPicturesAndTheModelThatDrewThem()
    {
        using var console = new StringWriter();
        // The process is short as well: it is walked down three times.
        QuickstartRun.Execute(new QuickstartOptions(25, 32, 16, 1, output, "cpu", Timesteps: 100), console, default, default);

        console.ToString().Should().MatchRegex(
            @"precision [01]\.\d\d \(held-out real [01]\.\d\d\), recall [01]\.\d\d \(held-out real [01]\.\d\d\)");
        foreach (string file in new[] { "samples.png", "neighbours.png", "denoising.png", "loss.png" })
        {
            using Tensor picture = ImageFile.Load(Path.Combine(output.FullName, file));
            picture.size(1).Should().BeGreaterThan(100, file);
        }

        using TrainedModel model = ModelFolder.Load(Path.Combine(output.FullName, "model"));
        using Tensor one = new DdpmSampler(model.Network, model.Process)
            .Sample(new SamplingRequest { Count = 1, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1) });
        using Tensor shown = ImageFile.Load(Path.Combine(output.FullName, "samples.png"), grayscale: true);
        using Tensor cell = shown.slice(1, 2, 66, 8).slice(2, 2, 66, 8); // the first image: 2 pixels of margin, each pixel 8 wide
        using Tensor bytes = PixelConversion.ToBytes(one[0]);
        using Tensor difference = (cell.to(int32) - bytes.to(int32)).abs();
        difference.max().item<int>().Should().BeLessThanOrEqualTo(1, "the folder must hold the network that drew the picture");
        CompiledNetworkGivesTheNetworksAnswer(model);
    }

    // On trained weights and real digits with real noise, as docs/inference.md promises it.
    private static void CompiledNetworkGivesTheNetworksAnswer(TrainedModel model)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using ImageDataset digits = Digits.Load();
        using CompiledModel compiled = CompiledModel.Of(model.Network);
        Tensor x0 = PixelConversion.FromBytes(digits.Images([.. Enumerable.Range(0, 64).Select(k => 28L * k)]));
        foreach (int t in new[] { 0, 5, 20, 50, 99 })
        {
            Tensor xt = model.Process.Forward.Sample(x0, t, randn_like(x0)), times = full(64, (long)t, int64);
            Tensor expected = model.Network.Predict(xt, times), actual = compiled.Model.Predict(xt, times);
            ((actual - expected).abs().max() / expected.abs().max()).item<float>().Should().BeLessThan(1e-5f, "at t = {0}", t);
        }
    }

    [Fact]
    public void Execute_TrainingStopped_StillSamples()
    {
        // Stops the training at its first report and the program at the first one of the sampling, however slow the machine.
        using var stop = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        using var console = new ListeningWriter(line =>
        {
            if (line.StartsWith("step 1/", StringComparison.Ordinal)) stop.Cancel();
            if (line.StartsWith("Sampling", StringComparison.Ordinal)) abort.Cancel();
        });

        FluentActions.Invoking(() =>
            QuickstartRun.Execute(
                new QuickstartOptions(1_000_000, 32, 64, 1, output, "cpu"),
                console,
                stop.Token,
                abort.Token)).Should().Throw<OperationCanceledException>();

        console.ToString().Should().Contain("Stopped after 1 steps").And.Contain("Sampling");
        File.Exists(Path.Combine(output.FullName, "model", "model_index.json")).Should().BeTrue();
    }

    [Fact]
    public void Load_EmbeddedDigits_AreAllThere()
    {
        using ImageDataset digits = Digits.Load();

        digits.Count.Should().Be(1797);
        digits.Shape.Should().Equal(1, 8, 8);
        using Tensor images = digits.Images();
        images.max().item<byte>().Should().Be(255);
        images.min().item<byte>().Should().Be(0);
        // The first digit's first row in the file: 0, 0, 5, 13, 9, 1, 0, 0.
        images[0, 0, 0].data<byte>().ToArray().Should().Equal(0, 0, 80, 207, 143, 16, 0, 0);
    }

    [Theory]
    [InlineData("--steps 0", "--steps must be a whole number of at least 1, but is 0.")]
    [InlineData("--steps many", "--steps must be a whole number of at least 1, but is many.")]
    [InlineData("--steps", "--steps must be followed by <n>, but is followed by nothing.")]
    [InlineData("--steps 1 --steps 2", "--steps must be given once, but is 1 and 2.")]
    [InlineData("--samples 5", "--samples must be a whole number of at least 64, but is 5.")]
    [InlineData("--seed 1.5", "--seed must be a whole number, but is 1.5.")]
    [InlineData("--device tpu", "--device must be cpu, cuda or cuda:N, but is tpu.")]
    [InlineData("--device cuda", "--device is cuda, but no CUDA device can be used here.")]
    [InlineData("--stpes 3", "Quickstart has no option --stpes; did you mean --steps? See Quickstart --help.")]
    [InlineData("again", "Quickstart does not expect again. See Quickstart --help.")]
    public async Task Program_WrongCommandLine_IsOneLineAndCodeTwo(string arguments, string message)
    {
        var start = new ProcessStartInfo("dotnet", $"{typeof(QuickstartRun).Assembly.Location} {arguments}")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), text = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        (process.ExitCode, await text, (await error).Trim()).Should().Be((2, "", message));
    }

    private sealed class ListeningWriter(Action<string> listen) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            listen(value ?? "");
        }
    }
}
