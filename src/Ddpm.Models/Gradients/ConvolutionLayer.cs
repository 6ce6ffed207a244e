using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A 3×3 convolution by kernels of this library: <see cref="TrainingKernels"/>.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="plain">The layer as libtorch computes it, for shapes that the kernels do not make faster.</param>
internal sealed unsafe class ConvolutionLayer(Feature feature, GradientLayer plain)
    : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    // Each step transforms the weights twice and their gradient once, which takes longer than the products of so few tiles.
    private const int LeastTiles = 32;
    private const long LargeWeights = 100_000;

    /// <summary>Returns whether the kernels can compute a feature.</summary>
    public static bool Fits(Feature feature) => feature.Operation is ConvolutionOperation { Kernel: 3, Stride: 1 } convolution
        && convolution.Padding == ConvolutionPadding.Same && feature.Channels % Plane.Block == 0
        && convolution.Inputs[0].Channels % Plane.Block == 0;

    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved)
    {
        Tensor x = values[0];
        if (!Pays(x)) return plain.Forward(part, values, saved);
        using Tensor source = Nhwc.Of(x);
        Tensor result = Nhwc.Empty(x.size(0), Feature.Channels, x.size(2), x.size(3));
        part.Kernels.Convolve(Nhwc.Plane(source), Address(part, 0), Address(part, 1), Nhwc.Plane(result));
        if (part.Needs(Feature)) saved.Add(source.alias());
        return result;
    }

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved) =>
        plain.Differentiable(part, values, saved);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        Tensor source = saved[0];
        if (!Pays(source)) return plain.Backward(part, gradient, saved);
        using Tensor result = Nhwc.Of(gradient);
        if (part.Needs(Parameters[0]) || part.Needs(Parameters[1]))
        {
            Tensor weight = empty(part.Program.Parameter(Parameters[0]).shape, ScalarType.Float32),
                bias = empty(Feature.Channels, ScalarType.Float32);
            part.Kernels.WeightGradient(Nhwc.Plane(source), Nhwc.Plane(result), Address(weight), Address(bias));
            part.Give(Parameters[0], weight);
            part.Give(Parameters[1], bias);
        }

        if (!part.Needs(Inputs[0])) return [null];
        Tensor target = Nhwc.Empty(source.size(0), Inputs[0].Channels, source.size(2), source.size(3));
        part.Kernels.ConvolveGradient(Nhwc.Plane(result), Address(part, 0), Nhwc.Plane(target));
        return [target];
    }

    private static float* Address(Tensor tensor) => (float*)TensorMemory.Address(tensor);

    private float* Address(GradientPart part, int parameter) => Address(part.Program.Parameter(Parameters[parameter]));

    private bool Pays(Tensor x)
    {
        long tiles = x.size(0) * ((x.size(2) + 1) / 2) * ((x.size(3) + 1) / 2);
        return tiles >= LeastTiles || Parameters[0].Count < LargeWeights;
    }
}
