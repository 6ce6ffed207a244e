using System.Globalization;
using Ddpm.Core;
using Spectre.Console;

namespace Ddpm.Cli.Output;

/// <summary>Shows progress in a terminal; does nothing elsewhere.</summary>
internal sealed class ProgressBar(ProgressTask? task, string what) : IProgress<SamplingProgress>, IProgress<BoundProgress>
{
    public void Report(SamplingProgress value) =>
        Set(value.StepsDone, value.StepsTotal, $"{what} {Count(value.SamplesDone)}/{Count(value.SamplesTotal)}");

    public void Report(BoundProgress value)
    {
        if (value.StepsTotal is { } total) Set(value.StepsDone, total, what);
    }

    /// <summary>Shows that so much of so much is done.</summary>
    public void Set(long done, long total, string? text = null)
    {
        if (task is null) return;
        task.MaxValue = Math.Max(1, total);
        task.Value = done;
        task.Description = Markup.Escape(text ?? $"{what} {Count(done)}/{Count(total)}");
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
