using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Gaps;

/// <summary><c>ddpm fill</c>: a table with empty cells becomes one with numbers and bands.</summary>
internal static class FillCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "fill",
        "Fills the gaps of a time series: trains a small network on the file itself, and writes medians, quantiles and plots.",
        "ddpm fill data.csv --out filled",
        read => new FillOptions(read),
        (options, screen, stop) =>
        {
            var report = new JsonObject();
            bool done = new FillRun(options, screen).Execute(report, stop);
            screen.Json(report);
            return done;
        });
}
