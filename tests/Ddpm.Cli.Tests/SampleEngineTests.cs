using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Spans and tensors draw the same files, and the command takes tensors where nothing else serves.</summary>
public sealed class SampleEngineTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    public static TheoryData<string> Commands =>
    [
        .. SamplingMethod.All.Select(method => $"--count 5 --sampler {method} --steps 6"),
        .. KnownSpacings.All.Select(spacing => $"--count 3 --sampler ddim --steps 5 --spacing {spacing}"),
        "--count 3 --sampler ddpm",
        "--count 3 --sampler unipc --steps-at 1,4,9,19",
        "--count 3 --sampler ddim --steps 6 --eta 0.5 --ddim-noise kept",
        "--count 3 --sampler langevin --steps 6 --signal-to-noise 0.5 --steps-per-level 15",
        "--count 3 --sampler predictor-corrector --steps 6 --signal-to-noise 0.3 --steps-per-level 2",
        "--count 3 --steps 4 --dtype bfloat16 --rounding truncate --seed -3 --grid 2",
        "--count 3 --steps 4 --first 2",
        "--sampler ddim --steps 4 --start {start.safetensors} --first 1",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Sample_BothEngines_WriteTheSameFiles(string command)
    {
        here.SaveModel();
        using (Generator generator = new(5))
        using (Tensor start = randn([4, 1, 8, 8], generator: generator))
        {
            SafetensorsWriter.Write(here["start.safetensors"], [KeyValuePair.Create("x_T", start)]);
        }

        ShouldWriteTheSame($"--batch-size 2 --save-tensors {command}");
    }

    [Theory]
    [InlineData("--label 2,0 --guidance 2")]
    [InlineData("--label all")]
    [InlineData("")]
    public void Sample_BothEnginesWithClassesInColour_WriteTheSameFiles(string command)
    {
        here.SaveModel(channels: 3, classes: 3);
        ShouldWriteTheSame($"--count 5 --batch-size 3 --steps 4 {command}");
    }

    [Fact]
    public void Sample_BegunByOneEngine_GoesOnWithTheOther()
    {
        here.SaveModel();
        Draw("whole", "--steps 4 --count 5", plan => new TensorEngine(plan, SingleProcess.Instance));
        Draw("parts", "--steps 4 --count 5", plan => new TensorEngine(plan, SingleProcess.Instance));
        foreach (int k in new[] { 1, 4 }) File.Delete(here[$"parts/images/00000{k}.png"]);
        Draw("parts", "--steps 4 --count 5", plan => new SpanEngine(plan));
        Files("parts").Should().BeEquivalentTo(Files("whole"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("--dtype bfloat16 --sampler ipndm --save-tensors", null)]
    [InlineData("--noise stream", "ddpm sample --noise stream")]
    [InlineData("--device cpu --noise stream", "ddpm sample --noise stream")]
    public void Sample_TensorsNeeded_LoadsLibtorchForTheOption(string command, string? expected)
    {
        here.SaveModel();
        string? loaded = null;
        var plan = new SamplePlan(here["model"], Options("out", command).Sampling);
        using ISampleEngine engine = SampleEngines.Open(plan, SingleProcess.Instance, purpose => loaded = purpose);
        loaded.Should().Be(expected);
        (engine is SpanEngine).Should().Be(expected is null);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("3", 3)]
    [InlineData("2,1", 2)]
    [InlineData("0", null)]
    [InlineData("many", null)]
    public void Threads_AreThoseOfOpenMp(string? variable, int? expected) => SpanEngine.Threads(variable).Should().Be(expected);

    private void ShouldWriteTheSame(string command)
    {
        Draw("tensors", command, plan => new TensorEngine(plan, SingleProcess.Instance));
        Draw("spans", command, plan => new SpanEngine(plan));
        Dictionary<string, byte[]> expected = Files("tensors");
        expected.Keys.Should().Contain(["images/000002.png", "grid.png", "samples.json"]);
        Files("spans").Should().BeEquivalentTo(expected);
    }

    private void Draw(string folder, string command, Func<SamplePlan, ISampleEngine> open) =>
        new SampleRun(Options(folder, command), new Screen(TextWriter.Null, TextWriter.Null, false), SingleProcess.Instance, open)
            .Execute(CancellationToken.None).Should().BeTrue();

    private SampleOptions Options(string folder, string options)
    {
        var command = new Command("sample");
        _ = new SampleOptions(OptionReader.Declaring(command));
        ParseResult typed = command.Parse(
            [here["model"], "--out", here[folder], .. here.Place(options).Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        typed.Errors.Should().BeEmpty();
        return new SampleOptions(OptionReader.Reading(typed));
    }

    private Dictionary<string, byte[]> Files(string folder) =>
        Directory.GetFiles(here[folder], "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(here[folder], file).Replace('\\', '/'), File.ReadAllBytes);
}
