using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Samples by DDIM (Song, Meng, Ermon 2020, arXiv:2010.02502). Give it a <see cref="RespacedSchedule"/> to take few steps. It ignores the
/// variance of the process.
/// </summary>
public sealed class DdimSampler : DiffusionSampler
{
    private readonly DdimOptions options;
    private readonly DdimSteps steps;

    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="options">The settings of the steps. Default: deterministic steps.</param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <exception cref="ArgumentOutOfRangeException">η is outside 0 … 1.</exception>
    public DdimSampler(IEpsilonModel model, ReverseDiffusion process, DdimOptions? options = null, ILogger<DdimSampler>? logger = null)
        : base(model, process, logger)
    {
        this.options = (options ?? DdimOptions.Default).Validated();
        steps = new DdimSteps(process.Coefficients, this.options.Eta, this.options.RederiveNoise);
    }

    /// <summary>Takes one step from a network's output, for your own loop.</summary>
    /// <param name="output">
    /// The network's output at (<paramref name="xt"/>, <paramref name="t"/>), as for
    /// <see cref="ReverseDiffusion.Moments(Tensor, Tensor, TimeIndex)"/>.
    /// </param>
    /// <param name="xt">The samples x_t, [B, …].</param>
    /// <param name="t">The timestep of the process. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">Standard normal noise in the shape of <paramref name="xt"/>; null where the step adds none.</param>
    /// <returns>x_{t-1} and x̂_0; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or noise is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public SamplingStep Step(Tensor output, Tensor xt, int t, Tensor? noise = null) => StepFrom(output, xt, t, noise);

    /// <inheritdoc/>
    protected override StepRule Begin() => new LinearStepRule(Process, steps, options.Calibration?.Variances.DdimNoise(steps));
}
