using System.Globalization;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>Where a layer is in a network, by its name in the state dict.</summary>
/// <param name="Size">The height and width of what goes in.</param>
/// <param name="SkipChannels">How many of the channels that go in come from the way down; 0 for none.</param>
internal readonly record struct LayerPlace(PlaneSize Size, int SkipChannels)
{
    /// <summary>The place of a name such as up_blocks.0.resnets.1.norm1.</summary>
    public static LayerPlace Of(string name, UNetOptions options)
    {
        string[] parts = name.Split('.');
        int level = parts switch
        {
            ["down_blocks", var number, ..] => Number(number),
            ["up_blocks", var number, ..] => options.Levels - 1 - Number(number),
            ["mid_block", ..] => options.Levels - 1,
            _ => 0,
        };
        bool joins = parts is ["up_blocks", _, "resnets", _, "norm1" or "conv_shortcut"];
        return new LayerPlace(
            new PlaneSize(options.Height >> level, options.Width >> level),
            joins ? Skips(options)[Number(parts[1]) * (options.BlocksPerLevel + 1) + Number(parts[3])] : 0);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Size.Height}×{Size.Width}, {SkipChannels}";

    // The channels that each block on the way up takes from the way down.
    private static int[] Skips(UNetOptions options)
    {
        var left = new Stack<int>([options.BaseChannels]);
        for (int level = 0; level < options.Levels; level++)
        {
            int outputs = level < options.Levels - 1 ? options.BlocksPerLevel + 1 : options.BlocksPerLevel;
            for (int output = 0; output < outputs; output++) left.Push(options.Channels(level));
        }

        return [.. left];
    }

    private static int Number(string part) => int.Parse(part, CultureInfo.InvariantCulture);
}
