using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Noise;

/// <summary>What all noise of a seed promises: sample k depends on the seed, k and the step alone.</summary>
public sealed class NoiseSourceTests
{
    private static readonly Dictionary<string, Func<long, INoiseSource>> Sources = new()
    {
        ["white"] = seed => new PerSampleNoise(seed),
        ["octaves"] = seed => new OctaveNoise(seed),
    };

    public static TheoryData<string> Names { get; } = [.. Sources.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_OneSample_IsTheSameInEveryBatch(string name)
    {
        INoiseSource noise = Sources[name](42);
        using Tensor batch = noise.Draw(Request(9, 0, 1, 2, 3, 4, 5, 6));
        using Tensor alone = noise.Draw(Request(9, 4));
        using Tensor shuffled = noise.Draw(Request(9, 6, 4, 0));

        batch[4].Equals(alone[0]).Should().BeTrue();
        batch[4].Equals(shuffled[1]).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_OtherSeedSampleOrStep_Differs(string name)
    {
        using Tensor reference = Sources[name](1).Draw(Request(0, 0));
        using Tensor otherSeed = Sources[name](2).Draw(Request(0, 0));
        using Tensor otherSample = Sources[name](1).Draw(Request(0, 1));
        using Tensor otherStep = Sources[name](1).Draw(Request(1, 0));

        foreach (Tensor other in new[] { otherSeed, otherSample, otherStep }) reference.eq(other).any().item<bool>().Should().BeFalse();
    }

    private static NoiseRequest Request(int step, params long[] samples) =>
        new() { SampleIndices = samples, Step = step, Shape = [samples.Length, 2, 5, 6] };
}
