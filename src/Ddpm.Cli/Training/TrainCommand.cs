using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Cli.Shell;
using Ddpm.Core;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm train</c>: images become a run and a model.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "train",
        "Trains a U-Net on images: Algorithm 1 of Ho et al. 2020.",
        "ddpm train --data pictures/train --size 32 --steps 10000 --out run",
        read => new TrainOptions(read),
        (options, screen, ranks, stop) =>
        {
            var report = new JsonObject();
            bool done = new TrainRun(options, ranks, screen).Execute(report, stop);
            report["interrupted"] = !done;
            report["out"] = options.Output;
            report["model"] = Path.Combine(options.Output, "model");
            report["metrics"] = LastMetrics(Path.Combine(options.Output, "metrics.jsonl"));
            screen.Json(report);
            return done;
        });

    private static JsonObject? LastMetrics(string file)
    {
        if (!File.Exists(file) || File.ReadLines(file).LastOrDefault() is not { } line) return null;
        JsonElement row = StrictJson.Parse(Encoding.UTF8.GetBytes(line), file);
        return row.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(row)
            : throw new InvalidDataException($"{file} must end with a JSON object, but ends with {StrictJson.Shown(row)}.");
    }
}
