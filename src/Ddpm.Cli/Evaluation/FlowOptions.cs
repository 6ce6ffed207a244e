using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate bpd --ode</c>.</summary>
internal sealed class FlowOptions
{
    public const string Uniform = "uniform", Hutchinson = "hutchinson", Exact = "exact", Rademacher = "rademacher", Gaussian = "gaussian";

    private const string None = "none";

    /// <summary>Creates the options.</summary>
    /// <param name="read">States each option.</param>
    public FlowOptions(OptionReader read)
    {
        read.Section("Likelihood");
        Ode = read.Flag(
            "--ode",
            "The exact likelihood by the probability-flow ODE, in place of the bound; asks the network and its gradients twice a step");
        Divergence = read.Choice(
            "--divergence",
            "With --ode: hutchinson (the default) estimates the divergence from random probes; exact takes as many backward passes as an "
                + "image has numbers",
            [Hutchinson, Exact]);
        Probes = read.Number(
            "--probes",
            "With --ode: probes for each draw, by default 1, each a backward pass; with 2 or more the report has their error",
            least: 1,
            Most.Repetitions);
        ProbeDistribution = read.Choice(
            "--probe-distribution",
            "With --ode: the probes' numbers are rademacher, ±1 (the default), or gaussian",
            [Rademacher, Gaussian]);
        Dequantization = read.Choice(
            "--dequantization",
            "With --ode: uniform (the default) takes the density at --draws random points of each byte's bin; none at its middle",
            [Uniform, None]);
    }

    public bool Ode { get; }

    public string? Divergence { get; }

    public int? Probes { get; }

    public string? ProbeDistribution { get; }

    public string? Dequantization { get; }

    public bool IsExact => Divergence == Exact;

    /// <summary>The rule for the divergence.</summary>
    public Divergence Rule => IsExact
        ? Core.Divergence.Exact
        : Core.Divergence.Hutchinson(
            Probes ?? 1, ProbeDistribution == Gaussian ? Core.ProbeDistribution.Gaussian : Core.ProbeDistribution.Rademacher);

    /// <summary>How the likelihood of images is evaluated.</summary>
    public DequantizedLikelihoodOptions Likelihood(int draws, TorchSharp.torch.Device device) => new()
    {
        Dequantization = Dequantization == None ? Core.Dequantization.None : Core.Dequantization.Uniform,
        Draws = draws,
        Device = device,
    };

    /// <summary>Throws where options do not go together.</summary>
    /// <param name="options">All options of the command.</param>
    /// <exception cref="UsageException">The message names two of them.</exception>
    public void Require(BoundCommandOptions options)
    {
        if (!Ode)
        {
            Refuse("--divergence", Divergence is not null, "goes with --ode");
            Refuse("--probes", Probes is not null, "goes with --ode");
            Refuse("--probe-distribution", ProbeDistribution is not null, "goes with --ode");
            Refuse("--dequantization", Dequantization is not null, "goes with --ode");
            Refuse("--force", options.Force, "goes with --ode");
            return;
        }

        Refuse("--decoder", options.Decoder is not null, "is of the bound's L_0, which --ode does not have");
        Refuse("--plot", options.Plot is not null, "is of the bound's rate and distortion, which --ode does not have");
        Refuse("--probes", IsExact && Probes is not null, "goes with --divergence hutchinson, but --divergence is exact");
        Refuse(
            "--probe-distribution",
            IsExact && ProbeDistribution is not null,
            "goes with --divergence hutchinson, but --divergence is exact");
        Refuse(
            "--draws",
            Dequantization == None && options.Draws > 1,
            $"must be 1 with --dequantization none, which draws nothing, but is {options.Draws}");
        Refuse("--steps", options.Steps == 1, "must be at least 2 with --ode, from the first timestep to the last, but is 1");
    }

    private static void Refuse(string option, bool given, string why)
    {
        if (given) throw new UsageException($"{option} {why}.");
    }
}
