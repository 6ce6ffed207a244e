using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The sum of two features, or of a feature and a vector. Nothing is saved.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="compute">Computes it.</param>
internal sealed class SumLayer(Feature feature, Func<GradientPart, Tensor[], Tensor> compute)
    : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved) => compute(part, values);

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved) => compute(part, values);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved) =>
        [.. Inputs.Select(input => part.Needs(input) ? Part(input, gradient) : null)];

    private Tensor Part(Feature input, Tensor gradient) =>
        input.IsConditioning && !Feature.IsConditioning ? gradient.sum([2, 3]) : gradient.alias();
}
