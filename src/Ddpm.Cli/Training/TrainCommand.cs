using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm train</c>: images become a run and a model.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "train",
        "Trains a U-Net on images: Algorithm 1 of Ho et al. 2020.",
        read => new TrainOptions(read),
        (options, screen, ranks, stop) =>
        {
            var report = new JsonObject();
            bool done = TrainRun.Execute(options, ranks, screen, report, stop);
            report["interrupted"] = !done;
            report["out"] = options.Output;
            report["model"] = Path.Combine(options.Output, "model");
            report["metrics"] = JsonNode.Parse(LastMetrics(Path.Combine(options.Output, "metrics.jsonl")));
            screen.Json(report);
            return done;
        });

    private static string LastMetrics(string file) => File.Exists(file) ? File.ReadLines(file).LastOrDefault("null") : "null";
}
