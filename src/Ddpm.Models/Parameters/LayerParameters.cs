using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The trained numbers of one layer: a weight, and a bias where it has one.</summary>
internal sealed class LayerParameters : nn.Module
{
    private Parameter weight;
    private Parameter? bias;

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

    // TorchSharp's own leave the parameters of before, and a second reference to the new ones, to the garbage collector.
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) =>
        Replace(dtype, device, layer => layer.to(device, dtype, non_blocking));

    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
        Replace(weight.dtype, new Device(deviceType, deviceIndex), layer => layer.to(deviceType, deviceIndex, non_blocking));

    protected override nn.Module _to(ScalarType dtype, bool non_blocking) =>
        Replace(dtype, weight.device, layer => layer.to(dtype, non_blocking));

    private LayerParameters Replace(ScalarType type, Device device, Action<nn.Module> below)
    {
        weight = Replaced(nameof(weight), weight, type, device);
        if (bias is not null) bias = Replaced(nameof(bias), bias, type, device);
        foreach ((_, nn.Module layer) in named_children()) below(layer);
        return this;
    }

    private Parameter Replaced(string name, Parameter before, ScalarType type, Device device)
    {
        if (before.dtype == type && before.device_type == device.type && (device.index < 0 || before.device_index == device.index))
        {
            return before;
        }

        using var noGradient = no_grad();
        using Tensor values = before.detach(), moved = values.to(type, device);
        var after = new Parameter(moved, before.requires_grad);
        after.DetachFromDisposeScope();
        ConditionallyRegisterParameter(name, after);
        before.Dispose();
        return after;
    }
}
