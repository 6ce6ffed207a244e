using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the loss of SFD, Simple and Fast Distillation (Zhou et al. 2024, arXiv:2409.19681): a student takes its few steps of
/// deterministic DDIM, each from where its step before led, and the loss is the mean over the steps of |x_{t-1} - x*_{t-1}|, x* being the
/// teacher's samples from the same noise. No gradient goes from a step to those before.
/// </summary>
/// <remarks>
/// An example is a trajectory of the teacher, [B, T + 1, …]: x_T first and x_0 last, T being the timesteps of the student's process. t and
/// noise are not used. The steps are those of <see cref="DdimSampler"/>, clipping included. A clipped x̂_0 gets a gradient where it should
/// come back into the range, and none where it should go further out.
/// </remarks>
internal sealed class DistillationObjective : Objective
{
    private readonly DdimSteps steps;

    /// <summary>Creates the objective of a student's process.</summary>
    /// <param name="process">The process over the student's timesteps.</param>
    public DistillationObjective(ReverseDiffusion process)
        : base(process) => steps = new DdimSteps(process.Coefficients);

    private protected override ObjectiveTerms Compute(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask)
    {
        int count = Process.Coefficients.Timesteps;
        if (x0.dim() < 2 || x0.size(1) != count + 1)
        {
            throw new ArgumentException(
                $"x0 must hold trajectories [B, {count + 1}, …] of {count} steps, but has the shape {Require.Shape(x0)}.", nameof(x0));
        }

        if (mask is not null) throw new ArgumentException("mask must be null: distillation weighs all elements equally.", nameof(mask));
        Tensor x = x0.select(1, 0), loss = zeros(x0.size(0), x0.dtype, x0.device);
        for (int step = count - 1; step >= 0; step--)
        {
            (Tensor error, x) = Step(model, x, step, x0.select(1, count - step));
            loss = loss.Plus(ExampleMean.Of(error, null));
        }

        return new ObjectiveTerms(loss.Over(count), null, null);
    }

    /// <summary>Returns a text that names the objective and its settings.</summary>
    public override string ToString() => "distillation, L1";

    // |x_{t-1} - x*_{t-1}| with its gradient, and x_{t-1} without.
    private (Tensor Error, Tensor Next) Step(IEpsilonModel model, Tensor x, int t, Tensor target)
    {
        Tensor output = Process.Predict(model, x, t);
        StepInput input = StepInput.Of(Process, output.detach(), x, t);
        using var rule = new LinearStepRule(Process, steps);
        Tensor next = rule.Advance(input, () => throw new InvalidOperationException("DDIM without noise draws none."));

        // x_{t-1} is linear in x̂_0.
        Tensor error = next - target, raw = Process.PredictX0(output, x, t);
        using TorchSharp.Scalar zero = 0;
        Tensor passes = ((input.RawX0 - input.X0) * error).ge(zero);
        return (error.Plus((raw - input.RawX0) * passes.to(error.dtype).Times(Sensitivity(t))).abs(), next);
    }

    // ∂x_{t-1}/∂x̂_0, ε following from x̂_0.
    private double Sensitivity(int t)
    {
        StepCoefficients step = steps.At(t);
        return step.X0 - step.Epsilon * Process.Coefficients.SqrtAlphaBars[t] / Process.Coefficients.SqrtOneMinusAlphaBars[t];
    }
}
