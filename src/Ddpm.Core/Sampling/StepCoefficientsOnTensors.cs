using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Applies the scalars of a step to tensors. Called inside a dispose scope.</summary>
internal static class StepCoefficientsOnTensors
{
    /// <summary>Returns Xt x_t + X0 x̄_0 + Epsilon ε̄ + Noise z, without the terms whose coefficient is 0.</summary>
    public static Tensor Combine(this StepCoefficients step, Tensor xt, Tensor x0, Tensor? eps, Func<Tensor>? noise = null)
    {
        Tensor? sum = null;
        void Add(double factor, Tensor term) => sum = sum is null ? term.Times(factor) : sum.Plus(term.Times(factor));
        if (step.Xt != 0) Add(step.Xt, xt);
        if (step.X0 != 0) Add(step.X0, x0);
        if (step.Epsilon != 0) Add(step.Epsilon, eps!);
        if (step.Noise != 0) Add(step.Noise, noise!());
        return sum!;
    }

    /// <summary>Returns the mean of what is remembered, the newest first, by the step's weights.</summary>
    public static Tensor Mean(this StepCoefficients step, IReadOnlyList<Tensor> remembered)
    {
        if (step.Weights is [1]) return remembered[0];
        Tensor mean = remembered[0].Times(step.Weights[0]);
        for (int i = 1; i < step.Weights.Length; i++) mean = mean.Plus(remembered[i].Times(step.Weights[i]));
        return mean;
    }
}
