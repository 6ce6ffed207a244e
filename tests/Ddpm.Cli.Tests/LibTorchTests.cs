using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Cli.Tests;

/// <summary>
/// The tool, whose package has no libtorch, says where it looks and how to get it; .ci/run installs and runs the package.
/// </summary>
public sealed class LibTorchTests
{
    [Fact]
    public void Version_IsThatOfTheBuild()
    {
        JsonNode dependencies = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Ddpm.Cli.Tests.deps.json")))!;
        IEnumerable<string> libraries = dependencies["libraries"]!.AsObject().Select(pair => pair.Key);
        libraries.Should().Contain($"libtorch-cpu/{LibTorch.Version}", "TorchSharp is built for this version");
    }

    [Fact]
    public void Load_BuildThatCarriesLibtorch_NeedsNoOther() =>
        FluentActions.Invoking(() => LibTorch.Load("This test")).Should().NotThrow();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Packages_NotNamed_IsNuGetsOwnFolder(string? named) =>
        LibTorch.Packages(named).Should().EndWith(Path.Combine(".nuget", "packages"));

    [Fact]
    public void InPackages_IsWhereNuGetUnpacks()
    {
        string folder = LibTorch.InPackages(LibTorch.Packages("feed"));
        folder.Should().StartWith(Path.Combine("feed", "libtorch-cpu-")).And.EndWith("native").And.Contain(LibTorch.Version);
    }

    [Theory]
    [InlineData("sample --help", 0, "")]
    [InlineData("train --help", 0, "")]
    [InlineData("--version", 0, "")]
    [InlineData("train --data images --out run", 1, "ddpm train needs libtorch")]
    [InlineData("distill model --steps 4", 1, "ddpm distill needs libtorch")]
    [InlineData("evaluate fid images samples --features pixels", 1, "ddpm evaluate fid needs libtorch")]
    [InlineData("convert model other", 1, "ddpm convert needs libtorch")]
    [InlineData("sample model --mpi", 1, "ddpm sample --mpi needs libtorch")]
    [InlineData("sample model --device cuda:1", 1, "--device cuda:1 needs libtorch")]
    [InlineData("sample nowhere", 1, "The folder nowhere does not exist.")]
    [InlineData("inspect nowhere", 1, "There is no folder and no file nowhere.")]
    [InlineData(
        "smaple",
        2,
        "ddpm has no command smaple; did you mean sample? The commands are train, distill, export, sample, fill, evaluate, inspect, "
            + "convert, doctor, completion, help.")]
    public void Run_WithoutLibtorch_DoesWhatItCanAndNamesWhatIsMissing(string command, int expected, string message)
    {
        using StringWriter output = new(), error = new();
        CommandLine.Run(command.Split(' '), output, error, Missing).Should().Be(expected);
        error.ToString().Trim().Should().Be(message);
    }

    private static void Missing(string purpose) => throw new TorchRuntimeException($"{purpose} needs libtorch");
}
