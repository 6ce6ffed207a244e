using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Samples by annealed Langevin dynamics (Song and Ermon 2019, arXiv:1907.05600): at each noise level of the process, from the highest
/// down, it takes Langevin steps x ← x + δ s + √(2δ) z with the score s = -ε_θ/√(1-ᾱ_t), and ends with x̂_0, which leaves the noise of the
/// lowest level behind. It never uses p_θ(x_{t-1} | x_t).
/// </summary>
/// <remarks>
/// x/√ᾱ passes unchanged from level to level, as in the paper, whose x that is. The score is that of the clipped x̂_0 where the process
/// clips. A step asks the network as often as <see cref="LangevinOptions.StepsPerLevel"/> says.
/// </remarks>
public sealed class LangevinSampler : DiffusionSampler
{
    private readonly LangevinSteps steps;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it. It must leave some signal at T - 1.</param>
    /// <param name="options">The settings of the steps. Default: <see cref="LangevinOptions.Annealing"/>.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the process ends without signal.</exception>
    public LangevinSampler(
        IEpsilonModel model, ReverseDiffusion process, LangevinOptions? options = null, ILogger<LangevinSampler>? logger = null)
        : base(model, process, logger)
    {
        PndmSteps.RequireSignal(process.Coefficients, nameof(process));
        steps = new LangevinSteps(process.Coefficients, (options ?? LangevinOptions.Annealing(process.Coefficients)).Validated());
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new LangevinRule(steps);
}
