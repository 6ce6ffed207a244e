namespace Ddpm.Onnx.Tests.Export;

/// <summary>Small U-Nets whose every option is drawn.</summary>
internal static class RandomUNet
{
    /// <summary>The options of a seed.</summary>
    public static UNetOptions Of(int seed)
    {
        var random = new Random(seed);
        int levels = 1 + random.Next(3), divisor = 1 << (levels - 1), groups = 1 << random.Next(3), channels = 8 << random.Next(2);
        int height = divisor * (2 + random.Next(4)), inputs = 1 + random.Next(4);
        int[] heights = [.. Enumerable.Range(0, levels).Select(level => height >> level)];
        return new UNetOptions
        {
            Height = height,
            Width = divisor * (2 + random.Next(4)),
            InChannels = inputs,
            OutChannels = inputs * (1 + random.Next(2)),
            BaseChannels = channels,
            ChannelMultipliers = [.. Enumerable.Range(0, levels).Select(_ => 1 + random.Next(2))],
            BlocksPerLevel = 1 + random.Next(2),
            AttentionResolutions = [.. heights.Where(_ => random.Next(2) == 0)],
            AttentionHeadChannels = random.Next(2) == 0 ? null : 1 << random.Next(4),
            NormGroups = groups,
            NormEpsilon = random.Next(2) == 0 ? 1e-6 : 1e-5,
            DownsamplePadding = random.Next(2),
            CosineFirst = random.Next(2) == 0,
            FrequencyShift = random.Next(2),
            MidBlockScale = random.Next(2) == 0 ? 1 : Math.Sqrt(2),
            TimeScaleShift = random.Next(2) == 0,
            CenterInput = random.Next(2) == 0,
            IsSignal = random.Next(3) == 0,
            ClassCount = random.Next(2) == 0 ? null : 1 + random.Next(5),
            NullLabel = random.Next(2) == 0,
        };
    }
}
