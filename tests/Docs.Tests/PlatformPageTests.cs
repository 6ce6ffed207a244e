namespace Docs.Tests;

/// <summary>
/// The matrix of docs/platforms.md is that of the test reports in docs/reports/platforms.tsv. DDPM_UPDATE_DOCS=1 writes it into the page.
/// </summary>
public sealed class PlatformPageTests
{
    private const string Begin = "<!-- matrix -->\n", End = "<!-- end of the matrix -->";
    private static readonly string Page = Pages.Absolute("docs/platforms.md"), Reports = Pages.Absolute("docs/reports/platforms.tsv");

    // Browsers, 32-bit and big-endian systems are in words below the matrix.
    private static readonly (string Name, string Title)[] Platforms =
    [
        ("linux-x64", "Linux x64, glibc"), ("linux-musl-x64", "Linux x64, musl"), ("linux-arm64", "Linux ARM64"),
        ("win-x64", "Windows x64"), ("osx-arm64", "macOS ARM64"),
    ];

    private static readonly (string Capability, string Project)[] Capabilities =
    [
        ("schedules, noise, files and locks", "Ddpm.Schedules.Tests"), ("native plans, sampling without libtorch", "Ddpm.Inference.Tests"),
        ("loading of libtorch", "Ddpm.TorchRuntime.Tests"), ("the process and samplers on tensors", "Ddpm.Core.Tests"),
        ("networks, model folders", "Ddpm.Models.Tests"), ("training, checkpoints, kill and resume", "Ddpm.Training.Tests"),
        ("image folders, arrays, series", "Ddpm.Data.Tests"), ("pictures", "Ddpm.Imaging.Tests"), ("plots", "Ddpm.Plotting.Tests"),
        ("measures", "Ddpm.Evaluation.Tests"), ("the command line", "Ddpm.Cli.Tests"), ("services", "Ddpm.Hosting.Tests"),
        ("the web page", "Web.Tests"), ("ONNX", "Ddpm.Onnx.Tests"), ("MPI", "Ddpm.Distributed.Mpi.Tests"),
    ];

    [Fact]
    public void Matrix_OfThePage_IsThatOfTheReports()
    {
        string page = File.ReadAllText(Page);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        string matrix = Matrix();
        if (Environment.GetEnvironmentVariable("DDPM_UPDATE_DOCS") == "1") File.WriteAllText(Page, page[..begin] + matrix + page[end..]);
        else page[begin..end].Should().Be(matrix, "DDPM_UPDATE_DOCS=1 writes the matrix of the reports into the page");
    }

    private static string Matrix()
    {
        string[][] reports = [.. File.ReadAllLines(Reports).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'))];
        reports.Should().OnlyContain(report => report.Length == 7 && Platforms.Any(platform => platform.Name == report[0]));
        IEnumerable<string> rows = Capabilities.Select(capability => $"| {capability.Capability} | {string.Join(" | ", Platforms.Select(platform =>
            Cell(reports.SingleOrDefault(report => report[0] == platform.Name && report[2] == capability.Project))))} |\n");
        return $"| | {string.Join(" | ", Platforms.Select(platform => platform.Title))} |\n" +
            $"| --- |{string.Concat(Platforms.Select(_ => " --- |"))}\n{string.Concat(rows)}";
    }

    // platform, how it was run, project, tests passed, failed, left out (methods), date
    private static string Cell(string[]? report) => report switch
    {
        null => "not run",
        [_, "built", ..] => "built only",
        [_, var how, _, var passed, var failed, var leftOut, _] =>
            (how == "here" ? "run here: " : "emulated: ") + (passed == "-" ? "all" : passed) +
            (failed is "0" or "-" ? "" : $", {failed} failed") + (leftOut is "0" or "-" ? "" : ", a part"),
        _ => throw new InvalidDataException($"{Reports} has a line that is no report: {string.Join(' ', report)}"),
    };
}
