using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Samples by predictor and corrector (Song et al. 2020, arXiv:2011.13456, algorithms 1 and 5): at each timestep Langevin steps bring x_t
/// nearer to its distribution, and then an ancestral step, the paper's Algorithm 2, goes to x_{t-1}.
/// </summary>
/// <remarks>
/// As in the authors' program, the corrector acts before the predictor, so that a run from a start at t corrects x_t first. A step asks the
/// network once more than <see cref="LangevinOptions.StepsPerLevel"/> says. The last corrector step is at t = 0; the predictor's x̂_0
/// follows.
/// </remarks>
public sealed class PredictorCorrectorSampler : DiffusionSampler
{
    private readonly LangevinSteps steps;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="corrector">The settings of the corrector. Default: <see cref="LangevinOptions.Corrector"/>.</param>
    /// <param name="logger">
    /// Receives the start and end of each run, and a warning where the process has too few steps for its variance. Default: no logging.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PredictorCorrectorSampler(
        IEpsilonModel model,
        ReverseDiffusion process,
        LangevinOptions? corrector = null,
        ILogger<PredictorCorrectorSampler>? logger = null)
        : base(model, process, logger)
    {
        steps = new LangevinSteps(process.Coefficients, (corrector ?? LangevinOptions.Corrector).Validated());
        logger?.WarnOfGrain(process);
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new LangevinRule(steps, DdpmSampler.RuleOf(Process));
}
