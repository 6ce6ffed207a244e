using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>Group normalisation, perhaps with SiLU, by kernels of this library: <see cref="TrainingKernels"/>.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="norm">The normalisation.</param>
internal sealed unsafe class NormLayer(Feature feature, GroupNormOperation norm) : GradientLayer(feature, norm.Inputs, norm)
{
    private bool Silu => Feature.Operation is ActivationOperation;

    /// <summary>Returns whether the kernels can compute a normalisation.</summary>
    public static bool Fits(Feature feature) =>
        feature.Operation is GroupNormOperation && !feature.IsConditioning && feature.Channels % Plane.Block == 0;

    /// <summary>Returns whether a feature is a normalisation of features that the kernels cannot compute.</summary>
    public static bool IsUnfit(Feature feature) =>
        feature.Operation is GroupNormOperation && !feature.IsConditioning && !Fits(feature);

    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved)
    {
        using Tensor source = Nhwc.Of(values[0]);
        Tensor result = Nhwc.Like(source, Feature.Channels);
        part.Kernels.Norm(Nhwc.Plane(source), Numbers(part), Nhwc.Plane(result));
        if (part.Needs(Feature)) saved.Add(source.alias());
        return result;
    }

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved)
    {
        Tensor normal = F.group_norm(
            values[0], norm.Groups, part.Program.Parameter(Parameters[0]), part.Program.Parameter(Parameters[1]), norm.Epsilon);
        return Silu ? F.silu(normal) : normal;
    }

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        Tensor source = saved[0], weight = empty(Feature.Channels, ScalarType.Float32), bias = empty_like(weight);
        using Tensor result = Nhwc.Of(gradient);
        Tensor target = Nhwc.Like(source, Feature.Channels);
        part.Kernels.NormGradient(Nhwc.Plane(source), Nhwc.Plane(result), Numbers(part),
            Nhwc.Plane(target), TensorMemory.Floats(weight), TensorMemory.Floats(bias));
        part.Give(Parameters[0], weight);
        part.Give(Parameters[1], bias);
        return [target];
    }

    private NormParameters Numbers(GradientPart part) => new(Address(part, 0), Address(part, 1), norm.Groups, norm.Epsilon, Silu);

    private nint Address(GradientPart part, int parameter) =>
        (nint)TensorMemory.Address(part.Program.Parameter(Parameters[parameter]));
}
