using System.CommandLine;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Sampling;

/// <summary><c>ddpm sample</c>: a model folder becomes pictures.</summary>
internal static class SampleCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "sample",
        "Draws samples from a model folder, as PNG files and a grid of them. The same command resumes a run that was stopped.",
        "ddpm sample run/model --sampler ddim --steps 50 --count 16 --out samples",
        read => new SampleOptions(read),
        (options, screen, ranks, stop) =>
            new SampleRun(options, screen, ranks, plan => SampleEngines.Open(plan, ranks, shell.LoadTorch, shell.Threads)).Execute(stop),
        torch: false);
}
