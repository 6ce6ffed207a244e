using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A 3×3 convolution. One that skips every second pixel has the gradients of one that does not, whose gradient is 0 at those pixels.
/// </summary>
/// <param name="feature">What it computes.</param>
/// <param name="convolution">The operation.</param>
/// <param name="plain">The layer as libtorch computes it.</param>
internal sealed unsafe class ConvolutionLayer(Feature feature, ConvolutionOperation convolution, GradientLayer plain)
    : WeightedLayer(feature, plain)
{
    // The first pixel of each direction that it computes.
    private readonly int first = convolution.Padding == ConvolutionPadding.Same ? 0 : 1;

    /// <summary>Returns whether the kernels can compute a feature.</summary>
    public static bool Fits(Feature feature) => feature.Operation is ConvolutionOperation { Kernel: 3 } convolution
        && convolution is { Stride: 1, Padding: ConvolutionPadding.Same } or { Stride: 2 }
        && feature.Channels % Plane.Block == 0 && convolution.Inputs[0].Channels % Plane.Block == 0;

    /// <inheritdoc/>
    protected override long Rows(Tensor x) => x.size(0) * ((x.size(2) + 1) / 2) * ((x.size(3) + 1) / 2);

    /// <inheritdoc/>
    protected override Tensor Result(Tensor x)
    {
        long Size(int axis) => (x.size(axis) - first + convolution.Stride - 1) / convolution.Stride;
        return Nhwc.Empty(x.size(0), Feature.Channels, Size(2), Size(3));
    }

    /// <inheritdoc/>
    protected override Tensor Given(Tensor gradient, Tensor source)
    {
        if (convolution.Stride == 1) return Nhwc.Of(gradient);
        Tensor all = Nhwc.Like(source, Feature.Channels);
        all.zero_();
        using Tensor rows = all.slice(2, first, all.size(2), convolution.Stride),
            pixels = rows.slice(3, first, all.size(3), convolution.Stride);
        pixels.copy_(gradient);
        return all;
    }

    /// <inheritdoc/>
    protected override void Compute(TrainingKernels kernels, Plane source, float* weight, float* bias, Plane target)
    {
        if (convolution.Stride == 1) kernels.Convolve(source, weight, bias, target);
        else kernels.Direct(source, weight, bias, new ConvolutionShape(convolution.Kernel, convolution.Stride, 1 - first), target);
    }

    /// <inheritdoc/>
    protected override void InputGradient(TrainingKernels kernels, Plane gradient, float* weight, Plane target) =>
        kernels.ConvolveGradient(gradient, weight, target);

    /// <inheritdoc/>
    protected override void WeightGradient(TrainingKernels kernels, Plane source, Plane gradient, float* weight, float* bias) =>
        kernels.WeightGradient(source, gradient, weight, bias);
}
