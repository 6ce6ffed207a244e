using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Runs a method of <see cref="SamplerSteps"/> on tensors: forms ε where the method uses it and keeps what the method remembers.
/// </summary>
/// <param name="process">The process that is sampled.</param>
/// <param name="steps">The method's scalars.</param>
/// <param name="noiseAt">The factor of the fresh noise at a timestep, in the place of the method's own.</param>
internal sealed class LinearStepRule(ReverseDiffusion process, SamplerSteps steps, Func<int, double>? noiseAt = null) : StepRule
{
    // The newest first.
    private readonly List<Tensor> remembered = [];

    public override Tensor Advance(StepInput input, Func<Tensor> noise)
    {
        Tensor x0 = input.X0, source = steps.ClipsEpsilon || input.X0Replaced ? x0 : input.RawX0;
        Tensor? eps = steps.UsesEpsilon ? process.Forward.Noise(source, input.Xt, input.T) : null;
        if (steps.Remembers != RememberedValue.None) Remember(steps.Remembers == RememberedValue.X0 ? x0 : eps!);

        StepCoefficients step = steps.At(input.T, Math.Max(remembered.Count, 1));
        if (noiseAt is not null) step = step with { Noise = noiseAt(input.T) };
        if (steps.Remembers == RememberedValue.X0) x0 = step.Mean(remembered);
        if (steps.Remembers == RememberedValue.Epsilon) eps = step.Mean(remembered);
        return step.Combine(input.Xt, x0, eps, noise);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (Tensor value in remembered) value.Dispose();
        base.Dispose(disposing);
    }

    private void Remember(Tensor value)
    {
        remembered.Insert(0, value.alias().DetachFromDisposeScope());
        if (remembered.Count <= steps.Order) return;
        remembered[^1].Dispose();
        remembered.RemoveAt(remembered.Count - 1);
    }
}
