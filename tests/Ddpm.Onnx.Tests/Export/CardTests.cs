using System.Diagnostics;
using System.Text.RegularExpressions;
using Ddpm.Models.Tests.Inference;
using Docs.Tests;

namespace Ddpm.Onnx.Tests.Export;

/// <summary>The page beside a model: its programs are programs.</summary>
public sealed partial class CardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int, bool, bool> Kinds => new()
    {
        { "Epsilon", 0, false, false }, { "V", 3, false, true }, { "X0", 0, true, false }, { "PosteriorMean", 2, false, false },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Card_OfEachPrediction_HasProgramsThatRun(string prediction, int classes, bool signal, bool conditions)
    {
        Write(prediction, classes, signal, conditions);
        string page = File.ReadAllText(folder.File("clothes.onnx.md"));
        page.Should().Contain("| input | `sample` | float32 | [batch, 2, " + (signal ? "16]" : "16, 16]"))
            .And.Contain("| input | `timestep` | int64 | [batch] | 0 … 19 |");
        if (classes > 0) page.Should().Contain($"| input | `label` | int64 | [batch] | 0 … {classes - 1}; {classes} for no class |");
        if (conditions)
        {
            page.Should().Contain(
                "| input | `condition_low` | float32 | [batch, 1, 16, 16] | the condition low; zeros stand for none |");
        }

        MarkdownProgram program = MarkdownProgram.Read(folder.File("clothes.onnx.md"));
        // The mean of the posterior is turned into x̂_0 by more than a page should show.
        program.IsEmpty.Should().Be(prediction == "PosteriorMean");
        if (!program.IsEmpty) program.Run(folder.Path);
    }

    [PythonTheory]
    [MemberData(nameof(Kinds))]
    public void Card_OfEachPrediction_HasPythonThatParses(string prediction, int classes, bool signal, bool conditions)
    {
        Write(prediction, classes, signal, conditions);
        string code = Python().Match(File.ReadAllText(folder.File("clothes.onnx.md"))).Groups[1].Value;
        code.Should().NotBeEmpty();
        code.Split('\n').Should().HaveCountLessThan(16);
        File.WriteAllText(folder.File("card.py"), code);
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-m", "py_compile", folder.File("card.py")])
        {
            RedirectStandardError = true,
        })!;
        string error = python.StandardError.ReadToEnd();
        python.WaitForExit();
        (python.ExitCode, error).Should().Be((0, ""));
    }

    private void Write(string prediction, int classes, bool signal, bool conditions)
    {
        var kind = (Prediction)typeof(Prediction).GetProperty(prediction)!.GetValue(null)!;
        NetworkCondition[] given = conditions ? [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("facts", 2)] : [];
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with
        {
            ClassCount = classes == 0 ? null : classes,
            IsSignal = signal,
            AttentionResolutions = [],
            Conditions = [.. given],
        });
        var process = new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.5), new ReverseDiffusionOptions { Prediction = kind });
        network.SaveOnnx(folder.File("clothes.onnx"), process);
    }

    [GeneratedRegex(@"^```python\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Python();
}
