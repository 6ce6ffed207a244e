using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Computes the loss that training minimises, example by example.</summary>
public abstract class Objective
{
    private protected Objective(ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(process);
        Process = process;
    }

    /// <summary>Gets the process that the objective trains for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Computes the loss of each example with its parts.</summary>
    /// <param name="model">The network.</param>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="noise">Standard normal noise ε in the shape of <paramref name="x0"/>.</param>
    /// <param name="mask">
    /// The weight of each element, in the shape of <paramref name="x0"/> or with axes of 1 after the first: the loss of an example is
    /// Σ(w·loss)/Σw, and 0 where its weights are all 0. Default: none. Range: ≥ 0.
    /// </param>
    /// <returns>Fresh tensors [B] that carry gradients; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">The model's output does not have the shape that the process expects.</exception>
    public ObjectiveTerms Evaluate(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(x0);
        ExampleMean.Require(mask, x0);
        using var scope = NewDisposeScope();
        ObjectiveTerms terms = Compute(model, x0, t, noise, mask);
        terms.Loss.MoveToOuterDisposeScope();
        terms.MeanSquaredError?.MoveToOuterDisposeScope();
        terms.Bound?.MoveToOuterDisposeScope();
        return terms;
    }

    /// <summary>Computes the loss of each example; the caller reduces it.</summary>
    /// <param name="model">The network.</param>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="noise">Standard normal noise ε in the shape of <paramref name="x0"/>.</param>
    /// <param name="mask">
    /// The weight of each element, in the shape of <paramref name="x0"/> or with axes of 1 after the first: the loss of an example is
    /// Σ(w·loss)/Σw, and 0 where its weights are all 0. Default: none. Range: ≥ 0.
    /// </param>
    /// <returns>The loss of each example, [B]; carries gradients. A fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">The model's output does not have the shape that the process expects.</exception>
    public Tensor Loss(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        return Evaluate(model, x0, t, noise, mask).Loss.MoveToOuterDisposeScope();
    }

    /// <summary>The formula. Called inside a dispose scope.</summary>
    private protected abstract ObjectiveTerms Compute(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask);

    /// <summary>The noisy examples x_t, and what the network puts out for them.</summary>
    private protected (Tensor Xt, Tensor Output) Ask(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise)
    {
        Tensor xt = Process.Forward.Sample(x0, t, noise);
        return (xt, Process.Predict(model, xt, t));
    }

    /// <summary>The mean squared error of the prediction against its target, [B].</summary>
    private protected Tensor MeanSquaredError(Tensor prediction, Tensor x0, Tensor xt, Tensor noise, TimeIndex t, Tensor? mask)
    {
        Tensor target = Process.Options.Prediction.TargetCore(Process.Coefficients, x0, xt, noise, t);
        return ExampleMean.Of((prediction - target).Square(), mask);
    }
}
