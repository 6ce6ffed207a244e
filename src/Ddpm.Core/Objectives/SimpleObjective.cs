using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// L_simple = E ‖ε - ε_θ(√ᾱ_t x_0 + √(1-ᾱ_t) ε, t)‖² (Ho et al. 2020, arXiv:2006.11239, eq. 14), averaged over the dimensions
/// of an example. For other predictions the target is what the network predicts.
/// </summary>
public sealed class SimpleObjective
{
    private readonly ForwardDiffusion forward;

    /// <summary>The objective of a process.</summary>
    /// <param name="process">The process to train for.</param>
    public SimpleObjective(ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(process);
        Process = process;
        forward = new ForwardDiffusion(process.Coefficients);
    }

    /// <summary>The process that the objective trains for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>The loss of each example; the reduction is the caller's.</summary>
    /// <param name="model">The network.</param>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="noise">Standard normal noise ε in the shape of <paramref name="x0"/>.</param>
    /// <returns>The mean squared error of each example, [B]; carries gradients. A fresh tensor.</returns>
    /// <exception cref="ArgumentException">The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">The model's output does not have the shape of <paramref name="x0"/>.</exception>
    public Tensor Loss(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        Tensor xt = forward.Sample(x0, t, noise);
        Tensor target = Process.Options.Prediction.Target(Process.Coefficients, x0, xt, noise, t);
        Tensor output = model.Predict(xt, t.ToTensor(x0.size(0), x0.device, Process.Coefficients.Schedule.ModelTimestep));
        if (!output.shape.AsSpan().SequenceEqual(target.shape))
        {
            throw new InvalidOperationException($"The model must put out the shape of x_t, {Require.Shape(target)}, but put out {Require.Shape(output)}.");
        }

        return (output - target).square().reshape(x0.size(0), -1).mean([1]).MoveToOuterDisposeScope();
    }
}
