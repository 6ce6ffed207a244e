using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The sum of two features, or of a feature and a vector. Nothing is saved.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="compute">Computes it.</param>
internal sealed class SumLayer(Feature feature, Func<GradientCall, Tensor[], Tensor> compute)
    : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    /// <inheritdoc/>
    public override Tensor Forward(GradientCall call, Tensor[] values, List<Tensor> saved) => compute(call, values);

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientCall call, Tensor[] values, IReadOnlyList<Tensor> saved) => compute(call, values);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientCall call, Tensor gradient, IReadOnlyList<Tensor> saved) =>
        [.. Inputs.Select(input => call.Needs(input) ? Part(input, gradient) : null)];

    private Tensor Part(Feature input, Tensor gradient) =>
        input.IsConditioning && !Feature.IsConditioning ? gradient.sum([2, 3]) : gradient.alias();
}
