using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Benchmarks;

/// <summary>One layer of each kind on features of a shape, with random weights, as libtorch computes it.</summary>
internal sealed class StockLayerCase : IDisposable
{
    public const int Groups = 32;
    public const double Epsilon = 1e-6;

    private readonly IDisposable[] owned;

    private StockLayerCase(params IDisposable[] owned) => this.owned = owned;

    /// <summary>Group normalisation and SiLU; a fresh tensor, as all of these.</summary>
    public required Func<Tensor> Norm { get; init; }

    /// <summary>A 3×3 convolution to as many channels.</summary>
    public required Func<Tensor> Convolution { get; init; }

    /// <summary>Every pixel four times, then a 3×3 convolution.</summary>
    public required Func<Tensor> Upsample { get; init; }

    /// <summary>By libtorch's operations, one after the other.</summary>
    public static StockLayerCase Create(long[] shape, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        Tensor x = channelsLast ? ChannelsLast(randn(shape)) : randn(shape);
        Tensor weight = Weight(shape[1]);
        Tensor bias = randn(shape[1]);
        Tensor scale = randn(shape[1]);
        if (channelsLast) weight = ChannelsLast(weight);
        foreach (Tensor tensor in (Tensor[])[x, weight, bias, scale]) tensor.DetachFromDisposeScope();
        return new StockLayerCase(x, weight, bias, scale)
        {
            Norm = () =>
            {
                using Tensor normal = F.group_norm(x, Groups, scale, bias, Epsilon);
                return F.silu(normal);
            },
            Convolution = () => F.conv2d(x, weight, bias, padding: [1, 1]),
            Upsample = () =>
            {
                using Tensor repeated = F.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
                return F.conv2d(repeated, weight, bias, padding: [1, 1]);
            },
        };
    }

    public void Dispose()
    {
        foreach (IDisposable one in owned) one.Dispose();
    }

    private static Tensor Weight(long channels) => randn(channels, channels, 3, 3) / Math.Sqrt(9 * channels);

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
