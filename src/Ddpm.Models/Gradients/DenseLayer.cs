using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A dense layer over the channels of each pixel or of a conditioning vector, or a 1×1 convolution.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="plain">The layer as libtorch computes it.</param>
internal sealed unsafe class DenseLayer(Feature feature, GradientLayer plain) : WeightedLayer(feature, plain)
{
    /// <summary>Returns whether the kernels can compute a feature.</summary>
    public static bool Fits(Feature feature) => feature.Operation is LinearOperation or ConvolutionOperation { Kernel: 1, Stride: 1 }
        && feature.Channels % Plane.Block == 0
        && feature.Operation.Inputs[0].Channels % Plane.Block == 0;

    /// <inheritdoc/>
    protected override long Rows(Tensor x) => x.numel() / x.size(1);

    /// <inheritdoc/>
    protected override void Compute(TrainingKernels kernels, Plane source, float* weight, float* bias, Plane target) =>
        kernels.Direct(source, weight, bias, ConvolutionShape.Dense, target);

    /// <inheritdoc/>
    protected override void InputGradient(TrainingKernels kernels, Plane gradient, float* weight, Plane target) =>
        kernels.DenseGradient(gradient, weight, target);

    /// <inheritdoc/>
    protected override void WeightGradient(TrainingKernels kernels, Plane source, Plane gradient, float* weight, float* bias) =>
        kernels.DenseWeightGradient(source, gradient, weight, bias);
}
