using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Noise;

public sealed class PerSampleNoiseTests
{
    private static NoiseRequest Request(int step, params long[] samples) =>
        new() { SampleIndices = samples, Step = step, Shape = [samples.Length, 3, 5] };

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
