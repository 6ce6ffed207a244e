using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>
/// A sampler that a user writes: Euler's method on the probability-flow equation dx̄/dσ = (x̄ - x̂_0)/σ of x̄ = x/√ᾱ, σ² = (1-ᾱ)/ᾱ (Karras
/// et al. 2022, arXiv:2206.00364). It is DDIM in other words.
/// </summary>
internal sealed class EulerSampler(IEpsilonModel model, ReverseDiffusion process) : DiffusionSampler(model, process, null)
{
    protected override StepRule Begin() => new Rule(Process.Coefficients);

    private sealed class Rule(DiffusionCoefficients coefficients) : StepRule
    {
        public override Tensor Advance(StepInput input, Func<Tensor> noise)
        {
            double alphaBar = coefficients.AlphaBars[input.T], previous = coefficients.AlphaBarsPrevious[input.T];
            double sigma = Math.Sqrt((1 - alphaBar) / alphaBar), next = Math.Sqrt((1 - previous) / previous);
            Tensor scaled = input.Xt / Math.Sqrt(alphaBar);
            return Math.Sqrt(previous) * (scaled + (next - sigma) * (scaled - input.RawX0) / sigma);
        }
    }
}
