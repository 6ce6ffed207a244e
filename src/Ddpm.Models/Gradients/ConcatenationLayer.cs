using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The channels of two features. Nothing is saved.</summary>
/// <param name="feature">What it computes.</param>
internal sealed class ConcatenationLayer(Feature feature) : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    /// <inheritdoc/>
    public override Tensor Forward(GradientCall call, Tensor[] values, List<Tensor> saved) => cat(values, 1);

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientCall call, Tensor[] values, IReadOnlyList<Tensor> saved) => cat(values, 1);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientCall call, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        int channels = Inputs[0].Channels;
        return
        [
            call.Needs(Inputs[0]) ? gradient.narrow(1, 0, channels) : null,
            call.Needs(Inputs[1]) ? gradient.narrow(1, channels, Inputs[1].Channels) : null,
        ];
    }
}
