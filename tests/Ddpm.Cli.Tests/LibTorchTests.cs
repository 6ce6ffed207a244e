using System.Text.Json.Nodes;

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
    public void Load_BuildThatCarriesLibtorch_NeedsNoOther() => LibTorch.Load().Should().BeNull();

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
    [InlineData("sample --help", 0)]
    [InlineData("train --help", 0)]
    [InlineData("--version", 0)]
    [InlineData("sample model", 1)]
    [InlineData("smaple", 2)]
    public void Run_WithoutLibtorch_HelpsAndNamesWhatIsMissing(string command, int expected)
    {
        using StringWriter output = new(), error = new();
        CommandLine.Run(command.Split(' '), output, error, "ddpm needs libtorch").Should().Be(expected);
        error.ToString().Trim().Should().Be(expected switch
        {
            0 => "",
            1 => "ddpm needs libtorch",
            _ => "ddpm has no command smaple; did you mean sample? The commands are train, export, sample, evaluate, inspect, convert.",
        });
    }
}
