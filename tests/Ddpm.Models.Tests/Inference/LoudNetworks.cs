using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>
/// Networks whose every weight tells: the last layers begin as almost nothing, biases as 0 and norms as 1, which would hide mistakes.
/// </summary>
internal static class LoudNetworks
{
    public static UNetOptions Small { get; } = new()
    {
        Height = 16,
        Width = 16,
        InChannels = 2,
        OutChannels = 2,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        NormGroups = 4,
        Dropout = 0,
    };

    public static UNet Create(UNetOptions options, long seed = 1, double dropout = 0)
    {
        var network = new UNet(options with { Dropout = dropout }, seed);
        network.eval();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed + 100, CPU);
        foreach ((string key, Tensor value) in network.state_dict())
        {
            if (key.Contains("conv2.weight", StringComparison.Ordinal)) value.mul_(3e4);
            if (key.StartsWith("conv_out.weight", StringComparison.Ordinal) || key.Contains("to_out.0.weight", StringComparison.Ordinal))
            {
                value.mul_(1e5);
            }

            if (key.EndsWith("bias", StringComparison.Ordinal) || key.Contains("norm", StringComparison.Ordinal))
            {
                value.add_(randn(value.shape, float32, generator: generator) * 0.1);
            }
        }

        return network;
    }
}
