using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes L_simple = E ‖ε - ε_θ(√ᾱ_t x_0 + √(1-ᾱ_t) ε, t)‖² (Ho et al. 2020, arXiv:2006.11239, eq. 14), averaged over the dimensions of
/// an example; with a <see cref="LossWeighting"/>, the weighted forms. For other predictions, the target is what the network predicts.
/// </summary>
public sealed class SimpleObjective : Objective
{
    private readonly ImmutableArray<double>? weights;
    private readonly LossWeighting? weighting;

    /// <summary>Creates the objective of a process.</summary>
    /// <param name="process">The process to train for.</param>
    /// <param name="weighting">The weight of each timestep. Default: none.</param>
    /// <exception cref="ArgumentException">
    /// The variance is learned, which this objective would leave untrained, or the weighting does not fit the process.
    /// </exception>
    public SimpleObjective(ReverseDiffusion process, LossWeighting? weighting = null)
        : base(process)
    {
        if (process.Options.Variance.IsLearned)
        {
            throw new ArgumentException("process must have a fixed variance, for a mean squared error does not train the variance, but " +
                $"has {process.Options.Variance.GetType().Name}; {nameof(HybridObjective)} and {nameof(VariationalObjective)} train it.",
                nameof(process));
        }

        this.weighting = weighting;
        weights = weighting?.Weights(process);
    }

    private protected override ObjectiveTerms Compute(IEpsilonModel model, Tensor x0, TimeIndex t, Tensor noise, Tensor? mask)
    {
        (Tensor xt, Tensor output) = Ask(model, x0, t, noise);
        Tensor error = MeanSquaredError(output, x0, xt, noise, t, mask);
        return new ObjectiveTerms(weights is { } table ? error * t.Gather(table, error) : error.alias(), error, null);
    }

    /// <summary>Returns a text that names the objective and its settings.</summary>
    public override string ToString() => weighting is null ? "simple" : $"simple, {weighting}";
}
