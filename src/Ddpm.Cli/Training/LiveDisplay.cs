using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ddpm.Cli.Training;

/// <summary>
/// Shows a run in a terminal, drawn anew twice a second: step, smoothed loss, speed, time left, memory, the last grid and the next
/// checkpoint. The last picture stays on the screen.
/// </summary>
internal sealed class LiveDisplay : ITrainingDisplay
{
    // The loss of about so many steps counts: enough to be smooth.
    private const double Smoothed = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly Lock use = new();
    private readonly IAnsiConsole console;
    private readonly long firstStep;
    private readonly long lastStep;
    private readonly int checkpointEvery;
    private readonly string grids;
    private TrainingProgress? latest;
    private DateTime stepped = DateTime.UtcNow;
    private double loss = double.NaN;
    private string? stopping;

    /// <summary>Makes the display of a run.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="firstStep">The steps that were done before.</param>
    /// <param name="lastStep">The step at which the run ends.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints.</param>
    /// <param name="grids">The folder of the grids.</param>
    public LiveDisplay(IAnsiConsole console, long firstStep, long lastStep, int checkpointEvery, string grids)
    {
        this.console = console;
        this.firstStep = firstStep;
        this.lastStep = lastStep;
        this.checkpointEvery = checkpointEvery;
        this.grids = grids;
    }

    public bool Show(Func<bool> run) => console.Live(Picture()).AutoClear(false).Start(context =>
    {
        using var timer = new Timer(_ => Draw(context), null, Interval, Interval);
        try
        {
            return run();
        }
        finally
        {
            Draw(context);
        }
    });

    public void Stopping()
    {
        lock (use) stopping = ProgressLines.StoppingText;
    }

    public void Report(TrainingProgress value)
    {
        lock (use)
        {
            latest = value;
            stepped = DateTime.UtcNow;
            double weight = 1 / Math.Min(Smoothed, value.Step - firstStep);
            loss = double.IsNaN(loss) ? value.Loss : loss + (weight * (value.Loss - loss));
        }
    }

    /// <summary>The display as it is now.</summary>
    internal IRenderable Picture()
    {
        lock (use)
        {
            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            long step = latest?.Step ?? firstStep;
            Row("step", new Columns(new Text($"{Number(step)} of {Number(lastStep)}"), Bar(step)) { Expand = false });
            Row("loss", new Text(latest is null ? "–" : loss.ToString("F4", CultureInfo.InvariantCulture)));
            Row("speed", new Text(latest is { } done ? Speed(done) : "the first step takes longest"));
            Row("left", new Text(latest is { } progress ? Duration.Of(progress.Remaining) : "–"));
            Row("memory", new Text(Amount.Bytes(Environment.WorkingSet)));
            Row("last grid", new Text(LastGrid(step)));
            Row("next checkpoint", new Text($"at step {Number(Math.Min(lastStep, ((step / checkpointEvery) + 1) * checkpointEvery))}"));
            if (stopping is not null) return new Rows(grid, new Text(stopping, new Style(decoration: Decoration.Bold)));
            return grid;

            void Row(string name, IRenderable value) => grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), value);
        }
    }

    private void Draw(LiveDisplayContext context)
    {
        context.UpdateTarget(Picture());
        context.Refresh();
    }

    private BreakdownChart Bar(long step) => new BreakdownChart().HideTags().Width(30)
        .AddItem("done", Math.Max(step, 0), Color.Green).AddItem("left", Math.Max(lastStep - step, 0), Color.Grey);

    private string Speed(TrainingProgress progress)
    {
        TimeSpan since = DateTime.UtcNow - stepped;
        string waiting = since > TimeSpan.FromSeconds(5) ? $", this step so far {Duration.Of(since)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{progress.ExamplesPerSecond:G3} images/s{waiting}");
    }

    private string LastGrid(long step)
    {
        string? last = Directory.Exists(grids) ? Directory.GetFiles(grids, "grid-*.png").Max(StringComparer.Ordinal) : null;
        return last ?? (step == 0 ? "none yet" : "none");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
