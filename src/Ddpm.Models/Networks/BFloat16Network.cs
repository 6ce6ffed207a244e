using Ddpm.Core;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A network for the length of a run that libtorch computes in bfloat16, layer by layer: a copy of the weights in that type, channels last,
/// made at the first prediction and made anew when the network's weights change. For one thread.
/// </summary>
internal sealed class BFloat16Network(DescribedNetwork network, NetworkInput input, ILogger logger) : RunNetwork(network)
{
    private readonly WeightVersions versions = new(network);
    private readonly Dropout dropout = new(0);
    private Dictionary<string, LayerParameters>? copies;
    private ForwardProgram? program;

    public override Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        input.Check(xt, t);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = ChannelsLast(xt.to(ScalarType.BFloat16));
        Tensor prediction = Prepare().Run(
            x, t, input.LabelRows(conditions.Labels, xt), Array.ConvertAll(input.Tensors(conditions, x), ChannelsLast));
        return prediction.to(xt.dtype).contiguous().MoveToOuterDisposeScope();
    }

    public override void Dispose() => Free();

    private ForwardProgram Prepare()
    {
        if (!versions.HaveChanged() && program is not null) return program;
        Free();
        copies = Network.Layers.ToDictionary(layer => layer.Key, layer => Copy(layer.Value));
        var operations = new BFloat16Operations(Network.Graph, copies, Network.Layers, dropout);
        program = new ForwardProgram(Network.Graph, operations, training: false);
        logger.NetworkCopied(ScalarType.BFloat16);
        return program;
    }

    private void Free()
    {
        program = null;
        if (copies is null) return;
        foreach (LayerParameters copy in copies.Values) copy.Dispose();
        copies = null;
    }

    private static LayerParameters Copy(LayerParameters layer) =>
        new(Copy(layer.Weight), layer.Bias is { } bias ? Copy(bias) : null);

    private static Parameter Copy(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var copy = new Parameter(ChannelsLast(weight.detach().to(ScalarType.BFloat16)), requires_grad: false);
        copy.DetachFromDisposeScope();
        return copy;
    }

    // Convolutions of oneDNN in bfloat16 take half the time so.
    private static Tensor ChannelsLast(Tensor x) => x.dim() == 4 ? Nhwc.Of(x) : x;
}
