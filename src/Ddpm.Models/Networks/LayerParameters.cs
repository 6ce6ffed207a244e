using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The trained numbers of one layer: a weight, and a bias where it has one.</summary>
internal sealed class LayerParameters : nn.Module
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;
    private readonly Parameter? bias;

    public LayerParameters(Parameter weight, Parameter? bias)
        : base(nameof(LayerParameters))
    {
        this.weight = weight;
        this.bias = bias;
        register_parameter(nameof(weight), weight);
        if (bias is not null) register_parameter(nameof(bias), bias);
    }

    public Tensor Weight => weight;

    public Tensor Bias => bias!;

    // Registered by hand above: TorchSharp would register a missing bias too.
    protected override void RegisterComponents()
    {
    }
}
