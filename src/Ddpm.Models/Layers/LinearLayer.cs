using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>A fully connected layer: […, in] → […, out].</summary>
internal sealed class LinearLayer : nn.Module<Tensor, Tensor>
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;
    private readonly Parameter bias;

    public LinearLayer(Initializer initializer, int inFeatures, int outFeatures, double scale = 1)
        : base(nameof(LinearLayer))
    {
        weight = initializer.Weight([outFeatures, inFeatures], scale);
        bias = initializer.Constant(outFeatures, 0);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    /// <summary>The type of the weights.</summary>
    public ScalarType ElementType => weight.dtype;

    /// <summary>The trained weight and bias.</summary>
    public (Tensor Weight, Tensor Bias) Trained => (weight, bias);

    /// <summary>Adds this layer, as a block's time projection, to a plan's.</summary>
    /// <returns>The block's first column.</returns>
    public int PlanTime(PlanContext context, Tensor? convolutionBias) => context.AddTimeProjection(weight, bias, convolutionBias);

    public override Tensor forward(Tensor x) => F.linear(x, weight, bias);
}
