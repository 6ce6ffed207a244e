using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A layer with a weight and a bias by kernels of this library: <see cref="TrainingKernels"/>.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="plain">The layer as libtorch computes it, for shapes that the kernels do not make faster.</param>
internal abstract unsafe class WeightedLayer(Feature feature, GradientLayer plain)
    : GradientLayer(feature, feature.Operation.Inputs, feature.Operation)
{
    // Each step brings large weights into another order, which takes longer than the products of so few rows.
    private const int LeastRows = 32;
    private const long LargeWeights = 100_000;

    /// <inheritdoc/>
    public sealed override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved)
    {
        Tensor x = values[0];
        if (!Pays(x)) return plain.Forward(part, values, saved);
        using Tensor source = Nhwc.Of(x);
        Tensor result = Result(x);
        Compute(part.Kernels, Nhwc.Plane(source), Address(part, 0), Address(part, 1), Nhwc.Plane(result));
        if (part.Needs(Feature)) saved.Add(source.alias());
        return result;
    }

    /// <inheritdoc/>
    public sealed override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved) =>
        plain.Differentiable(part, values, saved);

    /// <inheritdoc/>
    public sealed override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        Tensor source = saved[0];
        if (!Pays(source)) return plain.Backward(part, gradient, saved);
        using Tensor result = Given(gradient, source);
        if (Parameters.Any(part.Needs))
        {
            Tensor weight = empty(part.Program.Parameter(Parameters[0]).shape, ScalarType.Float32),
                bias = empty(Feature.Channels, ScalarType.Float32);
            WeightGradient(part.Kernels, Nhwc.Plane(source), Nhwc.Plane(result), TensorMemory.Floats(weight), TensorMemory.Floats(bias));
            part.Give(Parameters[0], weight);
            part.Give(Parameters[1], bias);
        }

        if (!part.Needs(Inputs[0])) return [null];
        Tensor target = Nhwc.Like(source, Inputs[0].Channels);
        InputGradient(part.Kernels, Nhwc.Plane(result), Address(part, 0), Nhwc.Plane(target));
        return [target];
    }

    /// <summary>Returns the rows of an input, tiles or pixels, that meet all weights.</summary>
    protected abstract long Rows(Tensor x);

    /// <summary>Returns memory for the result.</summary>
    protected virtual Tensor Result(Tensor x) => Nhwc.Like(x, Feature.Channels);

    /// <summary>Returns the gradient of the result as the kernels read it; a fresh tensor.</summary>
    protected virtual Tensor Given(Tensor gradient, Tensor source) => Nhwc.Of(gradient);

    /// <summary>Computes the result.</summary>
    protected abstract void Compute(TrainingKernels kernels, Plane source, float* weight, float* bias, Plane target);

    /// <summary>Computes the gradient of the input.</summary>
    protected abstract void InputGradient(TrainingKernels kernels, Plane gradient, float* weight, Plane target);

    /// <summary>Computes the gradients of weight and bias.</summary>
    protected abstract void WeightGradient(TrainingKernels kernels, Plane source, Plane gradient, float* weight, float* bias);

    private bool Pays(Tensor x) => Parameters[0].Count < LargeWeights || Rows(x) >= LeastRows;

    private float* Address(GradientPart part, int parameter) => TensorMemory.Floats(part.Program.Parameter(Parameters[parameter]));
}
