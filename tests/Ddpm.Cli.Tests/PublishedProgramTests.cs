using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

/// <summary>The published program: its folder, in another process, with its native library.</summary>
public sealed class PublishedProgramTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void Publish_Folder_HasAProgramThatRuns()
    {
        here.SaveModel();
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Ddpm.sln"))) root = root.Parent!;
        string configuration = AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release") ? "Release" : "Debug";
        // What was built for this test, linked and not copied: 480 MB of it are native libraries.
        (int code, string output, string error) = Start(
            "dotnet",
            "publish",
            Path.Combine(root.FullName, "src", "Ddpm.Cli"),
            "-c",
            configuration,
            "--no-build",
            "-nodeReuse:false",
            "-p:CreateHardLinksForPublishFilesIfPossible=true",
            "-o",
            here["published"]);
        code.Should().Be(0, output + error);

        string program = here[OperatingSystem.IsWindows() ? "published/ddpm.exe" : "published/ddpm"];
        (code, output, error) = Start(program, "sample", here["model"], "--out", here["out"], "--steps", "2", "--count", "2", "--json");
        code.Should().Be(0, error);
        ((int)JsonNode.Parse(output)!["drawn"]!).Should().Be(2, "standard output is JSON alone");
        error.Should().Contain("2 pictures are in").And.NotContain("\u001b", "no progress bar goes into a pipe");
        Directory.GetFiles(here["out/images"]).Should().HaveCount(2);
        here.SaveIdx("images", 2, seed: 1);
        (code, output, error) = Start(program, "evaluate", "bpd", here["model"], here["images"], "--steps", "2", "--plot", here["rd.png"]);
        code.Should().Be(0, output + error);
        new FileInfo(here["rd.png"]).Length.Should().BeGreaterThan(1000);
        (code, output, error) = Start(program, "sample", here["nowhere"]);
        (code, output, error.Trim()).Should().Be((1, "", here.Place("The folder {nowhere} does not exist.")));
        Start(program, "sample", "--sampler", "none").Code.Should().Be(2);
    }

    private static (int Code, string Output, string Error) Start(string program, params string[] arguments)
    {
        using Process process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
