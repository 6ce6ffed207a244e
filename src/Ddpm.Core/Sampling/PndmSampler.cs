using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// iPNDM-4: the probability-flow ODE dx̄/dσ = ε in x̄ = x/√ᾱ, σ = √((1-ᾱ)/ᾱ) by the Adams–Bashforth method of fourth order, begun with lower orders
/// (Liu et al. 2022, arXiv:2202.09778; Zhang and Chen 2022, arXiv:2204.13902). Deterministic, one call of the network a step.
/// </summary>
public sealed class PndmSampler : DiffusionSampler
{
    // By how many derivatives are known: the newest first.
    private static readonly double[][] Weights = [[1], [3.0 / 2, -1.0 / 2], [23.0 / 12, -16.0 / 12, 5.0 / 12], [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24]];

    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, respaced to the steps to take. It must leave some signal at its last timestep.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    /// <exception cref="ArgumentException">The process ends without signal, where σ is infinite.</exception>
    public PndmSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<PndmSampler>? logger = null)
        : base(model, process, logger)
    {
        if (process.Coefficients.AlphaBars[^1] == 0) throw new ArgumentException($"process must leave some signal at t = {process.Coefficients.Timesteps - 1}, for σ = √((1-ᾱ)/ᾱ) is infinite without, but ᾱ is 0 there.", nameof(process));
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new Rule(Process);

    private sealed class Rule(ReverseDiffusion process) : StepRule
    {
        private readonly List<Tensor> derivatives = [];

        public override Tensor Advance(StepInput input, Func<Tensor> noise)
        {
            double alphaBar = process.Coefficients.AlphaBars[input.T], previous = process.Coefficients.AlphaBarsPrevious[input.T];
            derivatives.Insert(0, process.Forward.Noise(input.X0, input.Xt, input.T).DetachFromDisposeScope());
            if (derivatives.Count > Weights.Length)
            {
                derivatives[^1].Dispose();
                derivatives.RemoveAt(derivatives.Count - 1);
            }

            double[] weights = Weights[derivatives.Count - 1];
            Tensor slope = weights[0] * derivatives[0];
            for (int i = 1; i < weights.Length; i++) slope += weights[i] * derivatives[i];
            return Math.Sqrt(previous) * (input.Xt / Math.Sqrt(alphaBar) + (Sigma(previous) - Sigma(alphaBar)) * slope);
        }

        protected override void Dispose(bool disposing)
        {
            foreach (Tensor derivative in derivatives) derivative.Dispose();
            base.Dispose(disposing);
        }

        private static double Sigma(double alphaBar) => Math.Sqrt((1 - alphaBar) / alphaBar);
    }
}
