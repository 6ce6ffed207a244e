using System.Globalization;
using Ddpm.Core;
using Spectre.Console;

namespace Ddpm.Cli.Output;

/// <summary>Shows progress in a terminal, or as lines at growing intervals.</summary>
/// <param name="task">The bar of the terminal; null where there is none.</param>
/// <param name="what">What is being done.</param>
/// <param name="line">Receives lines where there is no terminal; null: nothing does.</param>
internal sealed class ProgressBar(ProgressTask? task, string what, Action<string>? line = null)
    : IProgress<SamplingProgress>, IProgress<BoundProgress>
{
    private readonly Milestones milestones = new();

    public void Report(SamplingProgress value) =>
        Set(value.StepsDone, value.StepsTotal, $"{what} {Count(value.SamplesDone)}/{Count(value.SamplesTotal)}");

    public void Report(BoundProgress value)
    {
        if (value.StepsTotal is { } total) Set(value.StepsDone, total, what);
    }

    /// <summary>Shows that so much of so much is done.</summary>
    public void Set(long done, long total, string? text = null)
    {
        string description = text ?? $"{what} {Count(done)}/{Count(total)}";
        if (task is not null)
        {
            task.MaxValue = Math.Max(1, total);
            task.Value = done;
            task.Description = Markup.Escape(description);
        }
        else if (line is not null && milestones.IsDue(first: false))
        {
            line(string.Create(CultureInfo.InvariantCulture, $"{description}, {100.0 * done / Math.Max(1, total):F0} %"));
        }
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
