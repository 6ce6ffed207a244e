using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Samples by iPNDM-4 (Liu et al. 2022, arXiv:2202.09778; Zhang and Chen 2022, arXiv:2204.13902): the Adams–Bashforth method of fourth
/// order for the probability-flow ODE, started with lower orders. It is deterministic and calls the network once per step.
/// </summary>
public sealed class PndmSampler : DiffusionSampler
{
    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">
    /// The process that it was trained with, respaced to the steps to take. It must leave some signal at its last timestep.
    /// </param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <exception cref="ArgumentException">The process ends without signal, where σ is infinite.</exception>
    public PndmSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<PndmSampler>? logger = null)
        : base(model, process, logger) => PndmSteps.RequireSignal(process.Coefficients, nameof(process));

    /// <inheritdoc/>
    protected override StepRule Begin() => new LinearStepRule(Process, new PndmSteps(Process.Coefficients));
}
