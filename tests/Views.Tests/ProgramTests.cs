using System.Diagnostics;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Views.Tests;

public sealed class ProgramTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("ddpm-views-");

    public void Dispose() => output.Delete(recursive: true);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Program_Quick_WritesEveryTableAndThePicture()
    {
        (int code, string text, string error) = await Run(
            $"--quick --model {Path.Combine(Root(), "samples", "models", "fashion-mnist")} --out {output.FullName}");

        code.Should().Be(0, error);
        foreach (string name in new[] { "vae", "eq16", "masking", "last-marginal", "one-pixel", "last-step" })
        {
            string table = File.ReadAllText(Path.Combine(output.FullName, $"{name}.md"));
            text.Should().Contain(table);
            new FileInfo(Path.Combine(output.FullName, $"{name}.json")).Length.Should().BeGreaterThan(50);
        }

        using Tensor picture = ImageFile.Load(Path.Combine(output.FullName, "vae.png"));
        picture.size(2).Should().BeGreaterThan(3 * 8 * 8 * 4, "three grids of eight digits");
    }

    [Theory]
    [InlineData("gan", "<views> must be vae, autoregressive or corrections, but is gan; did you mean vae?")]
    [InlineData("--colour red", "views has no option --colour. See views --help.")]
    public async Task Program_WrongCommandLine_IsOneLineAndCodeTwo(string arguments, string message)
    {
        (int code, string text, string error) = await Run(arguments);

        (code, text, error.Trim()).Should().Be((2, "", message));
    }

    private static async Task<(int Code, string Text, string Error)> Run(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", $"{typeof(View).Assembly.Location} {arguments}")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), text = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await text, await error);
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ddpm.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
