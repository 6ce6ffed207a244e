using System.CommandLine;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate bpd</c>: bits/dim.</summary>
internal static class BoundCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "bpd",
        "Bits/dim: the variational bound on the negative log-likelihood, with rate and distortion. "
            + "Calls the network once for every image and timestep. With --ode: the exact likelihood.",
        "ddpm evaluate bpd run/model pictures/test --count 200 --steps 100",
        read => new BoundCommandOptions(read),
        (options, screen, ranks, stop) => new BoundRun(options, screen, ranks).Execute(stop));
}
