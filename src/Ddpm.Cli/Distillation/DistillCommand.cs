using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Distillation;

/// <summary><c>ddpm distill</c>: a model that samples in many steps becomes one that does in few.</summary>
internal static class DistillCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "distill",
        "Distils a model into one that samples in a few steps of DDIM, without images: SFD, Zhou et al. 2024.",
        "ddpm distill run/model --steps 4 --out distilled",
        read => new DistillOptions(read),
        (options, screen, stop) =>
        {
            var report = new JsonObject();
            bool done = new DistillRun(options, screen).Execute(report, stop);
            report["interrupted"] = !done;
            report["out"] = options.Output;
            screen.Json(report);
            return done;
        });
}
