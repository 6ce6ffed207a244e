using System.Text.RegularExpressions;

namespace Ddpm.Cli.Tests;

/// <summary>The program in a folder without libtorch, where no package has it either.</summary>
public sealed partial class WithoutLibTorchTests : IDisposable
{
    private readonly Workplace here = new();

    public WithoutLibTorchTests()
    {
        Directory.CreateDirectory(here["tool"]);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory).Where(file => !OfLibTorch().IsMatch(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(here["tool"], Path.GetFileName(file)));
        }
    }

    public void Dispose() => here.Dispose();

    [Fact]
    public void Inspect_Model_Works()
    {
        here.SaveModel(classes: 3);
        (int code, string output, string error) = Run("inspect", here["model"], "--json");
        (code, error).Should().Be((0, ""));
        output.Should().Be(here.Run("inspect", "{model}", "--json").Output, "the program with libtorch finds the same");
    }

    [Fact]
    public void Convert_Model_SaysWhatIsMissingInOneLine()
    {
        here.SaveModel();
        (int code, string output, string error) = Run("convert", here["model"], here["other"]);
        (code, output).Should().Be((1, ""));
        error.Trim().Should().StartWith("ddpm convert needs libtorch").And.Contain("dotnet package download libtorch-cpu-").And.NotContain("\n");
        Directory.Exists(here["other"]).Should().BeFalse();
    }

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using RunningProgram program = RunningProgram.StartCommand(
            ["dotnet", Path.Combine(here["tool"], "ddpm.dll"), .. arguments], ("NUGET_PACKAGES", here["none"]), ("DDPM_LIBTORCH", ""));
        return program.End();
    }

    [GeneratedRegex(@"^(lib)?(c10|torch|torch_\w+|torchbind_\w+|LibTorchSharp|gomp|uv|asmjit|fbgemm)\b.*(so|dll|dylib)", RegexOptions.IgnoreCase)]
    private static partial Regex OfLibTorch();
}
