using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Self-attention by kernels of this library: <see cref="TrainingKernels"/>. One product makes queries, keys and values of all pixels,
/// which are saved for the gradients; the attention's weights are computed anew.
/// </summary>
/// <param name="feature">What it computes.</param>
/// <param name="attention">The operation.</param>
/// <param name="plain">The layer as libtorch computes it.</param>
internal sealed unsafe class AttentionLayer(Feature feature, SelfAttentionOperation attention, GradientLayer plain)
    : GradientLayer(feature, attention.Inputs, attention)
{
    private const int Projections = 3;

    private int Channels => Feature.Channels;

    /// <summary>Returns whether the kernels can compute a feature.</summary>
    public static bool Fits(Feature feature) =>
        feature.Operation is SelfAttentionOperation attention && feature.Channels % (attention.Heads * Plane.Block) == 0;

    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved)
    {
        using Tensor source = Nhwc.Of(values[0]), weight = Joined(part, 0), bias = Joined(part, 1), projected = Empty(source, Projections);
        Tensor result = Empty(source, 1);
        part.Kernels.Direct(
            Nhwc.Plane(source), TensorMemory.Floats(weight), TensorMemory.Floats(bias), ConvolutionShape.Dense, Nhwc.Plane(projected));
        part.Kernels.Attention(Nhwc.Plane(projected), attention.Heads, Nhwc.Plane(result));
        if (part.Needs(Feature)) saved.AddRange([source.alias(), projected.alias()]);
        return result;
    }

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved) =>
        plain.Differentiable(part, values, saved);

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        (Tensor source, Tensor projected) = (saved[0], saved[1]);
        using Tensor result = Nhwc.Of(gradient), ofProjected = Empty(source, Projections);
        part.Kernels.AttentionGradient(Nhwc.Plane(projected), attention.Heads, Nhwc.Plane(result), Nhwc.Plane(ofProjected));
        if (Parameters.Any(part.Needs))
        {
            using Tensor ofWeight = empty([Projections * Channels, Channels], ScalarType.Float32),
                ofBias = empty([Projections * Channels], ScalarType.Float32);
            part.Kernels.DenseWeightGradient(
                Nhwc.Plane(source), Nhwc.Plane(ofProjected), TensorMemory.Floats(ofWeight), TensorMemory.Floats(ofBias));
            for (int i = 0; i < Parameters.Count; i++)
            {
                part.Give(Parameters[i], (i % 2 == 0 ? ofWeight : ofBias).narrow(0, i / 2 * Channels, Channels));
            }
        }

        if (!part.Needs(Inputs[0])) return [null];
        using Tensor weight = Joined(part, 0);
        Tensor target = Empty(source, 1);
        part.Kernels.DenseGradient(Nhwc.Plane(ofProjected), TensorMemory.Floats(weight), Nhwc.Plane(target));
        return [target];
    }

    private Tensor Empty(Tensor like, int times) => Nhwc.Like(like, times * Channels);

    // The weights, or the biases, of queries, keys and values; parameters are weight and bias of each.
    private Tensor Joined(GradientPart part, int kind) =>
        cat([.. Parameters.Where((_, i) => i % 2 == kind).Select(part.Program.Parameter)], 0);
}
