using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Samples by DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2), a deterministic multistep solver of second order for the
/// probability-flow ODE. 20 steps of a <see cref="RespacedSchedule"/> are about as good as hundreds of DDIM steps;
/// <see cref="TimestepSpacing.Karras"/> places them well.
/// </summary>
public sealed class DpmSolverSampler : DiffusionSampler
{
    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, respaced to the steps to take.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    public DpmSolverSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<DpmSolverSampler>? logger = null)
        : base(model, process, logger)
    {
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new LinearStepRule(Process, new DpmSolverSteps(Process.Coefficients));
}
