using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// DDIM (Song, Meng, Ermon 2020, arXiv:2010.02502, eq. 12): x_{t-1} = √ᾱ_{t-1} x̂_0 + √(1 - ᾱ_{t-1} - σ_t²) ε_θ + σ_t z with
/// σ_t = η √((1-ᾱ_{t-1})/(1-ᾱ_t)) √(1 - ᾱ_t/ᾱ_{t-1}). Give it a <see cref="RespacedSchedule"/> to take few steps. The process's variance plays no part.
/// </summary>
public sealed class DdimSampler : DiffusionSampler
{
    private readonly DdimOptions options;

    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="options">How it steps; deterministically by default.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">η is outside 0 … 1.</exception>
    public DdimSampler(IEpsilonModel model, ReverseDiffusion process, DdimOptions? options = null, ILogger<DdimSampler>? logger = null)
        : base(model, process, logger) => this.options = (options ?? DdimOptions.Default).Validated();

    /// <summary>One step from a network's output, for loops of one's own.</summary>
    /// <param name="output">The network's output at (<paramref name="xt"/>, <paramref name="t"/>), see <see cref="ReverseDiffusion.Moments(Tensor, Tensor, TimeIndex)"/>.</param>
    /// <param name="xt">The samples x_t, [B, …].</param>
    /// <param name="t">The timestep of the process. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">Standard normal noise in the shape of <paramref name="xt"/>; null where the step adds none.</param>
    /// <returns>x_{t-1} and x̂_0; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or noise is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public SamplingStep Step(Tensor output, Tensor xt, int t, Tensor? noise = null) => StepFrom(output, xt, t, noise);

    /// <inheritdoc/>
    protected override StepRule Begin() => new Rule(Process, options);

    private sealed class Rule(ReverseDiffusion process, DdimOptions options) : StepRule
    {
        public override Tensor Advance(StepInput input, Func<Tensor> noise)
        {
            int t = input.T;
            Tensor eps = process.Forward.Noise(options.RederiveNoise || input.X0Replaced ? input.X0 : input.RawX0, input.Xt, t);
            double previous = process.Coefficients.AlphaBarsPrevious[t], variance = Variance(t);
            // 1 - ᾱ_{t-1} - σ² is 0 at t = 0 but for rounding.
            Tensor next = Math.Sqrt(previous) * input.X0 + Math.Sqrt(Math.Max(0, 1 - previous - options.Eta * options.Eta * process.Coefficients.PosteriorVariances[t])) * eps;
            return variance == 0 ? next : next + Math.Sqrt(variance) * noise();
        }

        private double Variance(int t)
        {
            double added = options.Eta * options.Eta * process.Coefficients.PosteriorVariances[t];
            return t == 0 || options.Calibration is null ? added : options.Calibration.DdimVariance(process.Coefficients, t, added);
        }
    }
}
