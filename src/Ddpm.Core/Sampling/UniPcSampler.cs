using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Samples by UniPC (Zhao et al. 2023, arXiv:2302.04867), a deterministic multistep solver for the probability-flow ODE that predicts x̂_0:
/// each step corrects the last one with the estimate at the point it led to, which costs no further call of the network.
/// </summary>
public sealed class UniPcSampler : DiffusionSampler
{
    private readonly int order;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">
    /// The process that it was trained with, respaced to the steps to take. It must leave some signal at its last timestep.
    /// </param>
    /// <param name="order">The order of the predictor; the corrector raises that of the method by 1. Range: 1 … 3.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <exception cref="ArgumentException">The process ends without signal, where λ is infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is out of range.</exception>
    public UniPcSampler(IEpsilonModel model, ReverseDiffusion process, int order = 2, ILogger<UniPcSampler>? logger = null)
        : base(model, process, logger)
    {
        PndmSteps.RequireSignal(process.Coefficients, nameof(process));
        this.order = UniPcSteps.RequireOrder(order);
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new LinearStepRule(Process, new UniPcSteps(Process.Coefficients, order));
}
