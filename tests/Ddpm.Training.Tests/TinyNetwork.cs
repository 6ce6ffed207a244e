using Ddpm.Models;

namespace Ddpm.Training.Tests;

/// <summary>The smallest U-Net that has all a U-Net's parts but attention.</summary>
internal static class TinyNetwork
{
    public static UNetOptions Options { get; } = new()
    {
        Height = 8,
        Width = 8,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 4,
    };
}
