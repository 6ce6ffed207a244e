using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>Writes a line of progress every so many steps, with the mean loss since the line before.</summary>
internal sealed class ProgressLines(Screen screen, int every) : IProgress<TrainingProgress>
{
    private double loss;
    private int steps;

    public void Report(TrainingProgress value)
    {
        loss += value.Loss;
        steps++;
        if (!value.IsEvery(every) && value.Step != value.TotalSteps) return;
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"step {value.Step:N0}/{value.TotalSteps:N0}  loss {loss / steps:F4}  gradient {value.GradientNorm:F3}  "
                + $"{value.ExamplesPerSecond:F0} images/s  {value.Remaining:hh\\:mm\\:ss} left"));
        (loss, steps) = (0, 0);
    }
}
