using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2): a deterministic multistep solver of second order for the probability-flow ODE in
/// λ = ln(√ᾱ/√(1-ᾱ)), on x̂_0. 20 steps of a <see cref="RespacedSchedule"/> are about as good as hundreds of DDIM; <see cref="TimestepSpacing.Karras"/> places them well.
/// </summary>
public sealed class DpmSolverSampler : DiffusionSampler
{
    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, respaced to the steps to take.</param>
    /// <param name="logger">Told of the start and end of each run; nobody by default.</param>
    public DpmSolverSampler(IEpsilonModel model, ReverseDiffusion process, ILogger<DpmSolverSampler>? logger = null)
        : base(model, process, logger)
    {
    }

    /// <inheritdoc/>
    protected override StepRule Begin() => new Rule(Process.Coefficients);

    private sealed class Rule(DiffusionCoefficients coefficients) : StepRule
    {
        private Tensor? lastX0;
        private double lastStep;

        public override Tensor Advance(StepInput input, Func<Tensor> noise)
        {
            double alphaBar = coefficients.AlphaBars[input.T], previous = coefficients.AlphaBarsPrevious[input.T];
            Tensor estimate = input.X0;
            double step = HalfLogSnr(previous) - HalfLogSnr(alphaBar);
            // The first step has no past, and the last, which goes to no noise at all, an infinite length: both are of first order.
            if (lastX0 is not null && previous < 1)
            {
                double ratio = lastStep / step;
                estimate = (1 + 1 / (2 * ratio)) * input.X0 - 1 / (2 * ratio) * lastX0;
            }

            Remember(input.X0, step);
            return Math.Sqrt((1 - previous) / (1 - alphaBar)) * input.Xt - Math.Sqrt(previous) * double.ExpM1(-step) * estimate;
        }

        protected override void Dispose(bool disposing)
        {
            lastX0?.Dispose();
            base.Dispose(disposing);
        }

        private void Remember(Tensor x0, double step)
        {
            lastX0?.Dispose();
            lastX0 = x0.alias().DetachFromDisposeScope();
            lastStep = step;
        }

        private static double HalfLogSnr(double alphaBar) => 0.5 * Math.Log(alphaBar / (1 - alphaBar));
    }
}
