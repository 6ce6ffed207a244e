namespace Ddpm.Models.Tests;

/// <summary>The smallest U-Net that attends at a level.</summary>
internal static class SmallNetwork
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
        AttentionResolutions = [4],
        NormGroups = 4,
    };
}
