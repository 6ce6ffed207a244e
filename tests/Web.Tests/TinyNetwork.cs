using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Web.Tests;

/// <summary>A network of 8×8 grey pictures, in evaluation mode, whose seeds differ to see.</summary>
internal static class TinyNetwork
{
    public static UNet Create(int? classes, params NetworkCondition[] conditions) => Create(classes, seed: 3, conditions);

    public static UNet Create(int? classes, long seed, params NetworkCondition[] conditions)
    {
        var options = new UNetOptions
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
            ClassCount = classes,
            Conditions = [.. conditions],
        };
        var network = new UNet(options, seed);
        // A fresh network puts out almost nothing, and all seeds would look alike.
        using (no_grad())
        {
            foreach (TorchSharp.Modules.Parameter parameter in network.parameters()) parameter.add_(0.05 * ones_like(parameter));
        }

        network.eval();
        return network;
    }
}
