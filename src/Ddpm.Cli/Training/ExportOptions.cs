using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Training;

/// <summary>The options of <c>ddpm export</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class ExportOptions(OptionReader read)
{
    public string Checkpoint { get; } =
        read.RequiredText("--checkpoint", "folder", "The checkpoint, such as ddpm-run/checkpoints/step-000010000");

    public string Output { get; } = read.RequiredText("--out", "folder", "The model folder to write");

    public int Average { get; } = read.Number("--average", 0, "Which of the run's moving averages, counted from 0", least: 0);
}
