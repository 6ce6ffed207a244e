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
            bool done = TrainRun.Execute(options, ranks, screen, stop);
            screen.Json(new JsonObject
            {
                ["interrupted"] = !done,
                ["out"] = options.Output,
                ["model"] = Path.Combine(options.Output, "model"),
                ["metrics"] = JsonNode.Parse(LastMetrics(Path.Combine(options.Output, "metrics.jsonl"))),
            });
            return done;
        });

    private static string LastMetrics(string file) => File.Exists(file) ? File.ReadLines(file).LastOrDefault("null") : "null";
}
