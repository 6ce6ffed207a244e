using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Samples ancestrally by Algorithm 2 of Ho et al. 2020 (arXiv:2006.11239): it starts from x_T ~ N(0, I) and draws x_{t-1} from p_θ(x_{t-1}
/// | x_t) for t = T-1 … 0, without noise at the last step. It holds no tensor; one sampler may serve several threads if its model does.
/// </summary>
/// <remarks>
/// With the variance fixed-large and fewer than T/5 steps samples are grainy (Song et al. 2020, arXiv:2010.02502, table 1): take
/// <see cref="ReverseVariance.FixedSmall"/> by <see cref="ReverseDiffusion.WithVariance"/>, or <see cref="DdimSampler"/>.
/// </remarks>
public sealed class DdpmSampler : DiffusionSampler
{
    /// <summary>Creates a sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="logger">
    /// Receives the start and end of each run, and a warning where the process has fewer than T/5 steps for the variance fixed-large.
    /// Default: no logging.
    /// </param>
    public DdpmSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<DdpmSampler>? logger = null)
        : base(model, process, logger) => logger?.WarnOfGrain(process);

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
    protected override StepRule Begin() => RuleOf(Process);

    /// <summary>The rule of a process, for every sampler that draws from p_θ(x_{t-1} | x_t).</summary>
    internal static StepRule RuleOf(ReverseDiffusion process) =>
        FixedSteps(process) is { } steps ? new LinearStepRule(process, steps) : new MomentsRule(process);

    // Null where the network gives the mean or the variance, or measurements of it do.
    private static AncestralSteps? FixedSteps(ReverseDiffusion process) => process.Options switch
    {
        { Prediction: PosteriorMeanPrediction } => null,
        { Variance: FixedSmallVariance } => AncestralSteps.FixedSmall(process.Coefficients),
        { Variance: FixedLargeVariance } => AncestralSteps.FixedLarge(process.Coefficients),
        _ => null,
    };

    private sealed class MomentsRule(ReverseDiffusion process) : StepRule
    {
        public override Tensor Advance(StepInput input, Func<Tensor> noise)
        {
            (Tensor mean, Tensor logVariance) = process.MomentsAt(input.Output, input.Xt, input.T, input.X0, input.X0Replaced);
            return input.T == 0 ? mean : mean.Plus(logVariance.Times(0.5).exp() * noise());
        }
    }
}
