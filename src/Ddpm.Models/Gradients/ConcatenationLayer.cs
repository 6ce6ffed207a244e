using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The channels of two features. Nothing is saved.</summary>
/// <param name="feature">What it computes.</param>
internal sealed class ConcatenationLayer(Feature feature) : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved) => cat(values, 1);

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved) => cat(values, 1);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        int channels = Inputs[0].Channels;
        return
        [
            part.Needs(Inputs[0]) ? gradient.narrow(1, 0, channels) : null,
            part.Needs(Inputs[1]) ? gradient.narrow(1, channels, Inputs[1].Channels) : null,
        ];
    }
}
