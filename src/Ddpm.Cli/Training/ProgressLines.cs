using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>
/// Writes lines of progress where there is no terminal: after the first step, at growing intervals and at the end, each with the mean loss
/// since the line before.
/// </summary>
/// <param name="screen">Receives the lines.</param>
/// <param name="every">Writes a line every so many steps too; null: at growing intervals alone.</param>
internal sealed class ProgressLines(Screen screen, int? every = null) : ITrainingDisplay
{
    /// <summary>What an interruption does.</summary>
    public const string StoppingText =
        "Stopping: the step in progress ends, and a checkpoint is written. Ctrl-C again leaves at once, without it.";

    private readonly Milestones milestones = new();
    private double loss;
    private int steps;

    public bool Show(Func<bool> run) => run();

    public void Stopping() => screen.Line(StoppingText);

    public void Report(TrainingProgress value)
    {
        loss += value.Loss;
        steps++;
        bool isDue = milestones.IsDue() || (every is { } interval && value.IsEvery(interval)) || value.Step == value.TotalSteps;
        if (!isDue) return;
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"step {value.Step:N0}/{value.TotalSteps:N0}  loss {loss / steps:F4}  gradient {value.GradientNorm:F3}  "
                + $"{value.ExamplesPerSecond:G3} images/s  {Duration.Of(value.Remaining)} left"));
        (loss, steps) = (0, 0);
    }
}
