using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Noise;

public sealed class PerSampleNoiseTests
{
    private static NoiseRequest Request(int step, params long[] samples) =>
        new() { SampleIndices = samples, Step = step, Shape = [samples.Length, 3, 5] };

    [Fact]
    public void Draw_OneSample_IsTheSameInEveryBatch()
    {
        var noise = new PerSampleNoise(42);
        using Tensor batch = noise.Draw(Request(9, 0, 1, 2, 3, 4, 5, 6));
        using Tensor alone = noise.Draw(Request(9, 4));
        using Tensor shuffled = noise.Draw(Request(9, 6, 4, 0));

        batch[4].Equals(alone[0]).Should().BeTrue();
        batch[4].Equals(shuffled[1]).Should().BeTrue();
    }

    [Fact]
    public void Draw_OtherSeedSampleOrStep_Differs()
    {
        using Tensor reference = new PerSampleNoise(1).Draw(Request(0, 0));
        using Tensor otherSeed = new PerSampleNoise(2).Draw(Request(0, 0));
        using Tensor otherSample = new PerSampleNoise(1).Draw(Request(0, 1));
        using Tensor otherStep = new PerSampleNoise(1).Draw(Request(1, 0));

        foreach (Tensor other in new[] { otherSeed, otherSample, otherStep }) reference.eq(other).any().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void Draw_AllRowsOfABatch_AreFilled()
    {
        using Tensor noise = new PerSampleNoise(3)
            .Draw(new NoiseRequest { SampleIndices = [.. Enumerable.Range(0, 4).Select(i => (long)i)], Step = 0, Shape = [4, 1000] });

        using Tensor deviation = noise.std(1);
        // Five standard errors 1/√(2n) of a standard deviation.
        deviation.sub(1).abs().max().item<float>().Should().BeLessThan(0.112f);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void Draw_OtherType_IsTheSameNoise(ScalarType type)
    {
        using Tensor single = new PerSampleNoise(3).Draw(Request(0, 0));
        using Tensor other = new PerSampleNoise(3).Draw(Request(0, 0) with { ElementType = type });

        other.dtype.Should().Be(type);
        using Tensor cast = single.to(type);
        cast.Equals(other).Should().BeTrue();
    }

    [Fact]
    public void Draw_ShapeWithoutARowForEachSample_Throws() =>
        FluentActions.Invoking(() => new PerSampleNoise(0).Draw(new NoiseRequest { SampleIndices = [0, 1], Step = 0, Shape = [3, 4] }))
            .Should().Throw<ArgumentException>().WithMessage("Shape must begin with the number of samples, 2, but is [3, 4]*");
}
